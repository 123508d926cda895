import type { Micros } from './record.ts';

export interface ClockOptions {
  /** The system's clock. @default `Temporal` (microseconds, where `Date` has milliseconds) */
  readonly wallMicros?: () => Micros;
  /** A clock that never steps. @default `performance.now` */
  readonly monotonicMs?: () => number;
}

/** How often the system's clock is read, so that a step is noticed within this time. */
const ANCHOR_MS = 100;

/**
 * A clock whose readings strictly increase. After the system's clock stepped back, it adds one microsecond a reading
 * until the system's clock has caught up. Between readings of the system's clock it uses the monotonic clock, which is
 * four times cheaper than `Temporal` and as exact, because chrony steers both.
 */
export function createClock({
  wallMicros = () => Number(Temporal.Now.instant().epochNanoseconds / 1000n),
  monotonicMs = () => performance.now(),
}: ClockOptions = {}): () => Micros {
  let anchorMonotonicMs = Number.NEGATIVE_INFINITY;
  let anchorWallMicros = 0;
  let last = 0;
  return () => {
    const nowMs = monotonicMs();
    if (nowMs - anchorMonotonicMs >= ANCHOR_MS) {
      anchorMonotonicMs = nowMs;
      anchorWallMicros = wallMicros();
    }
    const now = anchorWallMicros + Math.floor((nowMs - anchorMonotonicMs) * 1000);
    last = now > last ? now : last + 1;
    return last;
  };
}
