import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Cgroup } from '../../../machine/cgroup.ts';
import type { Fleet } from './fleet.ts';

/** CPU of the instances in service since the last look, as a share of what each of them could use. */
export class FleetCpu {
  readonly #cpusPerInstance: number;
  #lastMs = performance.now();
  #last = new Map<string, number>();

  /** @param cpusPerInstance what a CPU cap leaves each instance; without one it is the whole machine */
  constructor(cpusPerInstance: number = availableParallelism()) {
    this.#cpusPerInstance = cpusPerInstance;
  }

  /** Percent, averaged over the instances; undefined when none was there at both looks. */
  percent({ inService }: Pick<Fleet, 'inService'>): number | undefined {
    const nowMs = performance.now();
    const used = new Map(inService.map(({ id, instance }) => [id, usedMs(instance.cgroup)]));
    const elapsedMs = nowMs - this.#lastMs;
    const shares = [...used].flatMap(([id, ms]) => {
      const before = this.#last.get(id);
      return before === undefined ? [] : (ms - before) / elapsedMs / this.#cpusPerInstance;
    });
    [this.#last, this.#lastMs] = [used, nowMs];
    return shares.length === 0 ? undefined : (100 * shares.reduce((sum, share) => sum + share, 0)) / shares.length;
  }
}

/** The hybrid hierarchy counts nanoseconds in a file of its own, the unified one microseconds in a table. */
function usedMs(cgroup: Cgroup): number {
  try {
    return Number(readFileSync(cgroup.pathWith('cpuacct.usage'), 'utf8')) / 1e6;
  } catch {
    const table = readFileSync(cgroup.pathWith('cpu.stat'), 'utf8');
    return Number(/^usage_usec (\d+)$/m.exec(table)?.[1] ?? 0) / 1e3;
  }
}
