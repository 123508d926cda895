import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cgroup } from '../../../machine/cgroup.ts';
import type { Fleet } from './fleet.ts';

const PERIOD_US = 100_000;
const PAUSE_MS = 250;

/**
 * Measures the CPU of the instances in service. Each call returns the average since the last one, in percent of what an
 * instance may use; undefined when no instance was in service at both calls.
 *
 * @param cpusPerInstance the limit of each instance; without one it may use the whole machine
 */
export function fleetCpu(
  fleet: Pick<Fleet, 'inService'>,
  cpusPerInstance: number = availableParallelism(),
): () => number | undefined {
  let [lastMs, last] = [performance.now(), new Map<string, number>()];
  return () => {
    const nowMs = performance.now();
    const used = new Map(fleet.inService.map(({ id, instance }) => [id, usedMs(instance.cgroup)]));
    const shares = [...used].flatMap(([id, ms]) => {
      const before = last.get(id);
      return before === undefined ? [] : (ms - before) / (nowMs - lastMs) / cpusPerInstance;
    });
    [lastMs, last] = [nowMs, used];
    return shares.length === 0 ? undefined : (100 * shares.reduce((sum, share) => sum + share, 0)) / shares.length;
  };
}

/** Limits the CPUs of every instance that enters service until `signal` aborts, then removes all limits. */
export async function limitFleetCpu(fleet: Fleet, cpus: number, signal: AbortSignal): Promise<void> {
  const limited = new Set<string>();
  while (!signal.aborted) {
    for (const { id, instance } of fleet.inService.filter((member) => !limited.has(member.id))) {
      limited.add(id);
      await limitCpu(instance.cgroup, Math.round(cpus * PERIOD_US));
    }
    await sleep(PAUSE_MS);
  }
  for (const { instance } of fleet.inService) await limitCpu(instance.cgroup, undefined);
}

/** The hybrid hierarchy has one file for the quota; the unified one takes quota and period in one file. */
async function limitCpu(cgroup: Cgroup, quotaUs: number | undefined): Promise<void> {
  try {
    await writeFile(cgroup.pathWith('cpu.cfs_quota_us'), `${quotaUs ?? -1}`);
  } catch {
    await writeFile(cgroup.pathWith('cpu.max'), `${quotaUs ?? 'max'} ${PERIOD_US}`);
  }
}

function usedMs(cgroup: Cgroup): number {
  // A hybrid machine has this line in the unified hierarchy too.
  const statistics = readFileSync(cgroup.pathWith('cpu.stat'), 'utf8');
  return Number(/^usage_usec (\d+)$/m.exec(statistics)?.[1] ?? 0) / 1e3;
}
