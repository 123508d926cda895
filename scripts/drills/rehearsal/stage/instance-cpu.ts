import { availableParallelism } from 'node:os';
import type { Fleet } from './fleet.ts';

/**
 * Measures the CPU of the instances in service. Each call returns the average since the last one, in percent of what an
 * instance may use (without a limit: the whole machine); undefined when no instance was in service at both calls.
 */
export function fleetCpu(fleet: Fleet, cpusPerInstance = availableParallelism()): () => number | undefined {
  let [lastMs, last] = [performance.now(), new Map<string, number>()];
  return () => {
    const nowMs = performance.now();
    const used = new Map(fleet.inService.map(({ id, instance }) => [id, instance.cgroup.cpuMs()]));
    const shares = [...used].flatMap(([id, ms]) => {
      const before = last.get(id);
      return before === undefined ? [] : (ms - before) / (nowMs - lastMs) / cpusPerInstance;
    });
    [lastMs, last] = [nowMs, used];
    return shares.length === 0 ? undefined : (100 * shares.reduce((sum, share) => sum + share, 0)) / shares.length;
  };
}
