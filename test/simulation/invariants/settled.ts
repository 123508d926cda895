import type { Follower } from '../actors/following.ts';
import type { Recording } from '../actors/recording.ts';
import { storedLines } from '../aws/stored-lines.ts';
import type { World } from '../world.ts';

/**
 * No record older than a `settledUntil` appears later: a follower that has read up to it has seen all of them. This is
 * not promised for records of a process that started while its clock was wrong by more than the margin of a second: it
 * cannot know. The follower does not ask such a process.
 */
export function checkSettled(
  world: World,
  { seen, settledMicros }: Follower,
  recordings: readonly Pick<Recording, 'trace' | 'process'>[],
): void {
  // What such a process says of its region misleads the other one.
  if (world.regions.length > 1 && world.plan.steps.some(({ kind }) => kind === 'clock')) return;
  const misled = new Set(recordings.filter(({ process }) => process.offsetMicros !== 0).map(({ trace }) => trace));
  for (const { trace, micros } of storedLines(world.home.database.table)) {
    if (micros < settledMicros && !seen.has(trace) && !misled.has(trace))
      world.violate('settled', `…${trace} of ${micros} appeared after everything before ${settledMicros} was settled`);
  }
}
