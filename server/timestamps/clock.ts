import type { Micros } from './record.ts';

export interface ClockOptions {
  /** The system clock. @default `Temporal`, which has microseconds */
  readonly wallMicros?: () => Micros;
  /** A clock that never steps. @default `performance.now` */
  readonly monotonicMs?: () => number;
}

/** How often the system clock is read. A step of the clock is detected within this time. */
const ANCHOR_MS = 100;

/**
 * A clock whose readings strictly increase. After the system clock steps back, each reading adds one microsecond until
 * the system clock has caught up. Between readings of the system clock it uses the monotonic clock, which costs a
 * quarter of `Temporal` and is as accurate, because chrony disciplines both.
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
