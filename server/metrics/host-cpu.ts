import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** Use of the host's processors since the last sample. */
export interface HostCpu {
  readonly busyPercent: number;
  readonly ioWaitPercent: number;
}

/** Creates a sampler of the time since its last call; `undefined` without `/proc/stat` or if no time has passed. */
export function createHostCpuSampler(path = '/proc/stat'): () => Promise<HostCpu | undefined> {
  let before = { total: 0, idle: 0, ioWait: 0 };
  return async () => {
    const text = await readFile(path, 'utf8').catch(() => ''); // Only Linux has it.
    const now = parseCpuTimes(text);
    if (now === undefined || now.total <= before.total) return undefined;
    const total = now.total - before.total;
    // The kernel's idle and iowait counters may decrease (proc_stat(5)).
    const idle = Math.max(0, now.idle - before.idle);
    const ioWait = Math.max(0, now.ioWait - before.ioWait);
    before = now;
    const percent = (ticks: number) => Math.min(100, Math.max(0, (100 * ticks) / total));
    return { busyPercent: percent(total - idle - ioWait), ioWaitPercent: percent(ioWait) };
  };
}

const TicksSchema = z.array(z.stringFormat('ticks', /^\d+$/).transform(Number)).length(8);

/** Ticks since boot: `cpu user nice system idle iowait irq softirq steal guest guest_nice`; guest is part of user. */
function parseCpuTimes(text: string) {
  const [name, ...fields] = text.slice(0, text.indexOf('\n')).split(/\s+/);
  const { data: ticks } = TicksSchema.safeParse(fields.slice(0, 8));
  if (name !== 'cpu' || ticks === undefined) return undefined;
  return { total: ticks.reduce((sum, tick) => sum + tick, 0), idle: ticks[3] ?? 0, ioWait: ticks[4] ?? 0 };
}
