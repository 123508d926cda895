import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Cgroup } from '../../../machine/cgroup.ts';
import type { Member } from './launcher.ts';

const PERIOD_US = 100_000;

/**
 * Measures the CPU of the instances in service. Each call returns the average since the last one, in percent of what an
 * instance may use; undefined when no instance was in service at both calls.
 *
 * @param cpusPerInstance the limit of each instance; without one it may use the whole machine
 */
export function fleetCpu(
  fleet: { readonly inService: readonly Member[] },
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

/** Limits the CPUs that the processes of a group may use; undefined removes the limit. */
export async function limitCpu(cgroup: Cgroup, cpus: number | undefined): Promise<void> {
  const quotaUs = cpus === undefined ? undefined : Math.round(cpus * PERIOD_US);
  // The hybrid hierarchy has one file for the quota; the unified one takes quota and period in one file.
  try {
    await writeFile(cgroup.pathOf('cpu.cfs_quota_us'), `${quotaUs ?? -1}`);
  } catch {
    await writeFile(cgroup.pathOf('cpu.max'), `${quotaUs ?? 'max'} ${PERIOD_US}`);
  }
}

function usedMs(cgroup: Cgroup): number {
  // A hybrid machine has this line in the unified hierarchy too.
  const statistics = readFileSync(cgroup.pathOf('cpu.stat'), 'utf8');
  return Number(/^usage_usec (\d+)$/m.exec(statistics)?.[1] ?? 0) / 1e3;
}
