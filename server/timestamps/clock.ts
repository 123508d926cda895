import type { Micros } from './record.ts';

/** Where time comes from. */
export interface TimeSource {
  /** The system's clock, microseconds since the epoch. */
  readonly wallMicros: () => Micros;
  /** A clock that never steps, in milliseconds. */
  readonly monotonicMs: () => number;
}

/** The system's clock by `Temporal` (nanoseconds, where `Date` has milliseconds). */
export const systemTime: TimeSource = {
  wallMicros: () => Number(Temporal.Now.instant().epochNanoseconds / 1000n),
  monotonicMs: () => performance.now(),
};

/** How long the monotonic clock carries a reading of the system's clock on: a step is noticed within this time. */
const ANCHOR_MS = 100;

/**
 * A clock whose readings strictly increase, also when the system's clock steps back (then it counts on by one
 * microsecond a reading until the system's clock has caught up).
 *
 * The system's clock is read once per 100 ms and carried on by the monotonic clock in between, which is four times
 * cheaper than a `Temporal` reading for each request and, as both are steered by the same chrony, as exact.
 */
export function createClock(source: TimeSource = systemTime): () => Micros {
  let anchorMonotonicMs = Number.NEGATIVE_INFINITY;
  let anchorWallMicros = 0;
  let last = 0;
  return () => {
    const monotonicMs = source.monotonicMs();
    if (monotonicMs - anchorMonotonicMs >= ANCHOR_MS) {
      anchorMonotonicMs = monotonicMs;
      anchorWallMicros = source.wallMicros();
    }
    const now = anchorWallMicros + Math.floor((monotonicMs - anchorMonotonicMs) * 1000);
    last = now > last ? now : last + 1;
    return last;
  };
}
