import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cgroup } from '../../../machine/cgroup.ts';
import type { Fleet } from './fleet.ts';

const PERIOD_US = 100_000;
const LOOK_MS = 250;

/** Caps every instance that enters service until told to stop, then frees all. Booting is not capped. */
export async function capFleet(fleet: Fleet, cpus: number, signal: AbortSignal): Promise<void> {
  const capped = new Set<string>();
  while (!signal.aborted) {
    for (const { id, instance } of fleet.inService) {
      if (capped.has(id)) continue;
      capped.add(id);
      await capCpu(instance.cgroup, cpus);
    }
    await sleep(LOOK_MS);
  }
  for (const { instance } of fleet.inService) await capCpu(instance.cgroup, undefined);
}

/** Gives a group at most so many CPUs; undefined takes the cap away. */
async function capCpu(cgroup: Cgroup, cpus: number | undefined): Promise<void> {
  const quotaUs = cpus === undefined ? -1 : Math.round(cpus * PERIOD_US);
  try {
    await writeFile(cgroup.pathWith('cpu.cfs_quota_us'), `${quotaUs}`);
  } catch {
    // A unified hierarchy writes quota and period into one file.
    await writeFile(cgroup.pathWith('cpu.max'), `${quotaUs < 0 ? 'max' : quotaUs} ${PERIOD_US}`);
  }
}
