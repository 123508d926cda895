import type { ServerProcess } from '../actors/server-process.ts';
import type { World } from '../world.ts';

/** A listing of the bucket once in 90 s, the spread of replication, and margins. */
const LONGEST_BEHIND_MICROS = 240_000_000;

/** With several regions, `settledUntil` advances again some time after all faults, in every process. */
export function checkAdvances(world: World, processes: readonly ServerProcess[]): void {
  if (world.violation || world.regions.length < 2) return;
  for (const process of processes) {
    const nowMicros = world.plan.epochMicros + world.scheduler.nowMicros();
    for (const consistent of [true, false]) {
      const until = process.settledUntil({ consistent });
      const reads = consistent ? 'consistent reads' : 'eventually consistent reads';
      if (until === undefined || nowMicros - until > LONGEST_BEHIND_MICROS)
        world.violate('advances', `${process.name} says at ${nowMicros} that ${until} is settled for ${reads}`);
    }
  }
}
