import type { Follower } from '../actors/following.ts';
import { storedLines } from '../aws/stored-lines.ts';
import type { World } from '../world.ts';

/** No record older than a `settledUntil` appears later: a follower that has read up to it has seen all of them. */
export function checkSettled(world: World, { seen, settledMicros }: Follower): void {
  // The margin for clocks that are off is a second, and a process that starts during a step cannot know of it.
  if (world.plan.steps.some(({ kind }) => kind === 'clock')) return;
  for (const { trace, micros } of storedLines(world.home.database.table)) {
    if (micros < settledMicros && !seen.has(trace))
      world.violate('settled', `…${trace} of ${micros} appeared after everything before ${settledMicros} was settled`);
  }
}
