import type { ServerProcess } from '../actors/server-process.ts';
import type { World } from '../world.ts';

/** A process always has a timer to watch its clock (`watchClock`), and to drain the spill or to look at regions again. */
const STANDING_TIMERS = { clock: 1, drain: 1, regions: 1 };

/** Once all requests have been answered, a process keeps no timestamp, no attempt and no timer of theirs. */
export function checkMemory(world: World, process: ServerProcess): void {
  const attempts = world.network.unanswered.get(process) ?? 0;
  const timers = world.scheduler.waitingOf(process);
  if (process.pending > 0) world.violate('memory', `${process.name} still has ${process.pending} timestamps`);
  if (attempts > 0) world.violate('memory', `${process.name} still waits for ${attempts} attempts`);
  const { clock, drain, regions } = STANDING_TIMERS;
  const standing = clock + (world.plan.spills ? drain : 0) + (world.regions.length > 1 ? regions : 0);
  if (timers > standing) world.violate('memory', `${process.name} still has ${timers} timers`);
}
