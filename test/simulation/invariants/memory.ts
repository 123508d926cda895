import type { ServerProcess } from '../actors/server-process.ts';
import type { World } from '../world.ts';

/** A process always has a timer to watch its clock (`watchClock`), and one until it drains the spill again. */
const STANDING_TIMERS = { clock: 1, drain: 1 };

/** Once all requests have been answered, a process keeps no timestamp, no attempt and no timer of theirs. */
export function checkMemory(world: World, process: ServerProcess): void {
  const attempts = world.network.unanswered.get(process) ?? 0;
  const timers = world.scheduler.waitingOf(process);
  if (process.pending > 0) world.violate('memory', `${process.name} still has ${process.pending} timestamps`);
  if (attempts > 0) world.violate('memory', `${process.name} still waits for ${attempts} attempts`);
  const standing = STANDING_TIMERS.clock + (world.plan.spills ? STANDING_TIMERS.drain : 0);
  if (timers > standing) world.violate('memory', `${process.name} still has ${timers} timers`);
}
