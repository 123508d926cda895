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

/** How often the system's clock is read, so that a step is noticed within this time. */
const ANCHOR_MS = 100;

/**
 * A clock whose readings strictly increase. After the system's clock stepped back, it adds one microsecond a reading
 * until the system's clock has caught up. Between readings of the system's clock it uses the monotonic clock, which is
 * four times cheaper than `Temporal` and as exact, because chrony steers both.
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
