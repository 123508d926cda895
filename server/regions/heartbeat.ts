/**
 * The rules by which each of several regions knows how far the others have been replicated to it
 * (docs/decisions/0046). Times are those of the processes' clocks.
 */

import { SETTLING_MS } from '../contract.ts';
import type { Micros } from '../timestamps/record.ts';

/** What a region says about itself. It replicates to the others, as its blocks do. */
export interface Heartbeat {
  readonly region: string;
  /** When it was written. */
  readonly at: Micros;
  /** When the region began to record beside others. */
  readonly since: Micros;
  /**
   * Every record of the region before this time has been in its table for at least {@link REPLICATION_MS.spread}. Once
   * true, that stays true. Absent while it is unknown.
   */
  readonly completeUntil?: Micros | undefined;
  /** What it has seen of the other regions, so that its processes share that and a new one knows it. */
  readonly sees: Readonly<Record<string, Sight>>;
}

/** What a region has seen of another one. */
export interface Sight {
  /** The last heartbeat that arrived on time. */
  readonly at: Micros;
  /** Every record of the other region before this time is in this region's replica. Absent while it is unknown. */
  readonly completeUntil?: Micros | undefined;
  /** Until then the replica may still catch up after a pause of the replication. */
  readonly catchUpUntil: Micros;
}

/** What is assumed of replication, in milliseconds. */
export const REPLICATION_MS = {
  /**
   * Partitions of a table replicate independently of each other, so a heartbeat can arrive before older blocks. A block
   * that is this much older has arrived. DynamoDB usually needs a second, but has no limit.
   */
  spread: 60_000,
  /** A heartbeat is on time up to this age. It is written every 5 s, read every 5 s and replicated in about one. */
  onTime: 30_000,
  /** Heartbeats that are seen follow each other by up to 11 s. While it catches up, a longer gap is a pause. */
  usual: 12_000,
  /** The longest time that a region waits for a region that it never looked at before. */
  firstLook: 3_600_000,
} as const;

const ON_TIME_MICROS = REPLICATION_MS.onTime * 1_000;
const USUAL_MICROS = REPLICATION_MS.usual * 1_000;

/** A heartbeat further in the future than this is that of a process whose clock is wrong. */
const CLOCK_MICROS = (SETTLING_MS.writerClock + SETTLING_MS.readerClock) * 1_000;

export function isPlausible({ at }: Heartbeat, now: Micros): boolean {
  return at <= now + CLOCK_MICROS;
}

/**
 * What is known of a region after its latest heartbeat. One that is late, or that follows a gap, shows that replication
 * paused: some partitions may catch up later than that of the heartbeat. Then what it says counts only when as much time
 * has passed again as the pause took. What was left of an earlier pause then is added, because nothing catches up
 * during a pause, however short. At the first look, it may have paused since the other region began to record.
 */
export function look(known: Sight | undefined, heartbeat: Heartbeat | undefined, now: Micros): Sight | undefined {
  if (!heartbeat || !isPlausible(heartbeat, now) || heartbeat.at < now - ON_TIME_MICROS) return known;
  const { at, since, completeUntil } = heartbeat;
  const last = known?.at ?? Math.max(since, at - REPLICATION_MS.firstLook * 1_000);
  if (known && at <= last) return known;
  const left = known ? Math.max(0, known.catchUpUntil - last) : 0;
  const hasPaused = at - last > (left > 0 ? USUAL_MICROS : ON_TIME_MICROS);
  const catchUpUntil = hasPaused ? now + left + (now - last) : (known?.catchUpUntil ?? at);
  return { at, catchUpUntil, completeUntil: now < catchUpUntil ? known?.completeUntil : completeUntil };
}

/** The time before which every record of all these regions is in this replica; `undefined` if one is unknown. */
export function completeUntilOf(sights: readonly (Sight | undefined)[]): Micros | undefined {
  let least = Number.POSITIVE_INFINITY;
  for (const sight of sights) {
    if (sight?.completeUntil === undefined) return undefined;
    least = Math.min(least, sight.completeUntil);
  }
  return least;
}

/** Longer than without faults: the spread, the margins of `settledUntil`, a listing of the spill bucket, a heartbeat. */
const BEHIND_MICROS = 300_000_000;

/** Whether a region is heard of on time, and nothing of it is known to be missing for long. */
export function isCurrent(sight: Sight | undefined, now: Micros): boolean {
  if (sight?.completeUntil === undefined) return false;
  return sight.at >= now - 2 * ON_TIME_MICROS && sight.completeUntil >= now - BEHIND_MICROS;
}
