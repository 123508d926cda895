import { setTimeout as sleep } from 'node:timers/promises';
import type { Load } from '../artillery/artillery.ts';
import type { FaultCourse } from './fault-course.ts';
import type { Snapshot } from './snapshot.ts';
import { secondsSince } from './timeline.ts';

/** What a drill is conducted with. */
export interface Conduct {
  readonly load: Pick<Load, 'ended'>;
  readonly startedAtMs: number;
  /** @default - nothing is done to the stage */
  readonly course?: FaultCourse;
  readonly observe: () => Promise<Snapshot>;
  /** Why to give up; undefined to go on. */
  readonly stopReason: (snapshot: Snapshot) => string | undefined;
  readonly pauseMs: number;
}

/** What was seen. */
export interface Conducted {
  readonly snapshots: readonly Snapshot[];
  /** Why the drill was given up; undefined when it ran to its end. */
  readonly stopped: string | undefined;
}

/** Watches the stage and leads the fault, until the load ends, the fault is done with, or something says stop. */
export async function conduct({ load, startedAtMs, course, ...drill }: Conduct): Promise<Conducted> {
  const snapshots: Snapshot[] = [];
  const loadEnded = load.ended.then(() => true);
  // Its failure counts only while it is waited for.
  loadEnded.catch(() => undefined);
  for (let hasEnded = false; !hasEnded; ) {
    const snapshot = await drill.observe();
    snapshots.push(snapshot);
    const stopped = drill.stopReason(snapshot);
    if (stopped !== undefined) return { snapshots, stopped };
    const nowS = secondsSince(startedAtMs, snapshot.at);
    await course?.follow(nowS, snapshot);
    if (course?.isDone(nowS)) break;
    hasEnded = await Promise.race([sleep(drill.pauseMs, false), loadEnded]);
  }
  return { snapshots, stopped: undefined };
}
