import { setTimeout as sleep } from 'node:timers/promises';
import type { Load } from '../artillery/artillery.ts';
import type { Timeline } from '../core/timeline.ts';
import type { FaultCourse } from './fault-course.ts';
import type { Snapshot } from './snapshot.ts';

/** What {@link watchDrill} needs. */
export interface WatchDrillOptions {
  readonly load: Pick<Load, 'ended'>;
  readonly timeline: Timeline;
  /** @default - nothing is done to the stage */
  readonly course: FaultCourse | undefined;
  readonly observe: () => Promise<Snapshot>;
  /** Why to stop; undefined to go on. */
  readonly stopReason: (snapshot: Snapshot) => string | undefined;
  readonly pauseMs: number;
}

/** What was seen. */
export interface WatchedDrill {
  readonly snapshots: readonly Snapshot[];
  /** Why the drill was stopped; undefined when it ran to its end. */
  readonly stopped: string | undefined;
}

/** Watches the stage and leads the fault, until the load ends, the fault is over, or a stop condition is met. */
export async function watchDrill({ load, timeline, course, ...drill }: WatchDrillOptions): Promise<WatchedDrill> {
  const snapshots: Snapshot[] = [];
  const loadEnded = load.ended.then(() => true);
  // Its failure counts only while it is waited for.
  loadEnded.catch(() => undefined);
  for (let hasEnded = false; !hasEnded; ) {
    const snapshot = await drill.observe();
    snapshots.push(snapshot);
    const stopped = drill.stopReason(snapshot);
    if (stopped !== undefined) return { snapshots, stopped };
    const nowS = timeline.secondOf(snapshot.at.getTime());
    await course?.follow(nowS, snapshot);
    if (course?.isDone(nowS)) break;
    hasEnded = await Promise.race([sleep(drill.pauseMs, false), loadEnded]);
  }
  return { snapshots, stopped: undefined };
}
