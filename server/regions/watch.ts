import type { Runtime } from '../runtime.ts';
import { createKnownTimes, type KnownTime } from '../timestamps/known-times.ts';
import type { Micros } from '../timestamps/record.ts';
import { type SettledUntil, STALE_READ_MS } from '../timestamps/settled.ts';
import {
  completeUntilOf,
  type Heartbeat,
  isCurrent,
  isPlausible,
  look,
  REPLICATION_MS,
  type Sight,
} from './heartbeat.ts';

/** The port to the heartbeats in the region's replica, implemented by `../dynamodb/heartbeats.ts`. */
export interface Heartbeats {
  /** All heartbeats, by region. Rejects if the replica does not answer in time. */
  read(deadlineMs: number): Promise<ReadonlyMap<string, Heartbeat>>;
  /** Puts the region's own heartbeat unless another process has replaced `previous`. Rejects like `read`. */
  write(heartbeat: Heartbeat, previous: Heartbeat | undefined, deadlineMs: number): Promise<void>;
}

export interface RegionWatchOptions {
  readonly own: string;
  readonly others: readonly string[];
  readonly heartbeats: Heartbeats;
  /** The process's clock. */
  readonly now: () => Micros;
  /** The rule for the region's own records. */
  readonly settledUntil: SettledUntil;
  readonly runtime: Runtime;
  /** The age of the oldest last heartbeat of another region; `undefined` if one is unknown or the replica cannot be read. */
  readonly onLag: (lagMicros: Micros | undefined) => void;
  /** Called when looks start to fail, with the error, and when they succeed again. */
  readonly onChange: (failing: boolean, error?: unknown) => void;
}

/** What a process knows of the other regions. */
export interface RegionWatch {
  /** The time before which every record of the other regions is in this replica. */
  readonly completeUntil: KnownTime;
  /** Whether every other region is heard of on time, and nothing of it is known to be missing for long. */
  readonly isCurrent: () => boolean;
  /** Resolves after a look that has begun. */
  readonly stop: () => Promise<void>;
}

export const HEARTBEAT_MS = 5_000;
const CALL_DEADLINE_MS = 2_000;

/**
 * Reads the heartbeats every 5 s, and writes that of the own region if no other process has done so meanwhile. Any
 * process may speak for its region: what it says is true of the whole region (`settledUntil` includes what any process
 * has spilled), it never takes back what another one has said, and what a process has known for too short a time it
 * does not say.
 */
export function startRegionWatch(options: RegionWatchOptions): RegionWatch {
  const { own, others, heartbeats, now, settledUntil, runtime, onLag, onChange } = options;
  let sights: readonly (Sight | undefined)[] = [];
  // Before the first record of this process, which the first look need not be.
  const began = now();
  let isStopped = false;
  let isFailing = false;
  let wakeUp: (() => void) | undefined;
  const settled = createKnownTimes(runtime, REPLICATION_MS.spread);
  const complete = createKnownTimes(runtime, STALE_READ_MS);

  async function lookOnce(): Promise<void> {
    const present = now();
    const until = settledUntil({ consistent: true });
    if (until !== undefined) settled.put(until);
    const known = await heartbeats.read(CALL_DEADLINE_MS);
    const before = known.get(own);
    const previous = before && isPlausible(before, present) ? before : undefined;
    const seen = others.map((region) => [region, look(before?.sees[region], known.get(region), present)] as const);
    sights = seen.map(([, sight]) => sight);
    const completeNow = completeUntilOf(sights);
    if (completeNow !== undefined) complete.put(completeNow);
    onLag(
      lagOf(
        others.map((region) => known.get(region)?.at),
        present,
      ),
    );
    if (previous && present - previous.at < HEARTBEAT_MS * 1_000) return;
    const completeUntil = latest(previous?.completeUntil, settled.latest(REPLICATION_MS.spread));
    const sees = Object.fromEntries(seen.flatMap(([region, sight]) => (sight ? [[region, sight]] : [])));
    const since = Math.min(before?.since ?? began, began);
    await heartbeats.write({ region: own, at: present, since, completeUntil, sees }, before, CALL_DEADLINE_MS);
  }

  async function run(): Promise<void> {
    // Processes that start together do not look together.
    await pause(1_000 * runtime.random());
    while (!isStopped) {
      try {
        await lookOnce();
        if (isFailing) onChange(false);
        isFailing = false;
      } catch (error) {
        onLag(undefined);
        if (!isFailing) onChange(true, error);
        isFailing = true;
      }
      await pause(HEARTBEAT_MS);
    }
  }

  function pause(ms: number): Promise<void> {
    if (isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = runtime.setTimer(resolve, ms);
      wakeUp = () => {
        cancel();
        resolve();
      };
    });
  }

  const running = run();
  return {
    completeUntil: complete.latest,
    isCurrent: () => !isFailing && sights.length > 0 && sights.every((sight) => isCurrent(sight, now())),
    async stop() {
      isStopped = true;
      wakeUp?.();
      await running;
    },
  };
}

function lagOf(times: readonly (Micros | undefined)[], now: Micros): Micros | undefined {
  let lag = 0;
  for (const at of times) {
    if (at === undefined) return undefined;
    lag = Math.max(lag, now - at);
  }
  return lag;
}

function latest(one: Micros | undefined, other: Micros | undefined): Micros | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}
