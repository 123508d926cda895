import type { Runtime } from '../runtime.ts';
import type { Micros } from './record.ts';

/** A reading of the system clock at a time of the monotonic clock. */
export interface SystemTime {
  /** The system clock showed this time at `monotonicMs`, or a time that is later by at most `widthMicros`. */
  readonly wallMicros: Micros;
  readonly monotonicMs: number;
  readonly widthMicros: number;
}

/** A reading takes about one microsecond. One that takes longer than this was interrupted. */
const NARROW_MICROS = 50;
const MAX_ATTEMPTS = 8;

/** The system clock has whole microseconds. */
const RESOLUTION_MICROS = 1;

/**
 * Reads the system clock between two readings of the monotonic clock, which bound the time of the reading. If the
 * process was paused between them, it reads again. The narrowest reading counts.
 */
export function readSystemTime({ wallMicros, monotonicMs }: Pick<Runtime, 'wallMicros' | 'monotonicMs'>): SystemTime {
  let narrowest: SystemTime | undefined;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const beforeMs = monotonicMs();
    const wall = wallMicros();
    const afterMs = monotonicMs();
    const widthMicros = (afterMs - beforeMs) * 1_000 + RESOLUTION_MICROS;
    if (narrowest === undefined || widthMicros < narrowest.widthMicros)
      narrowest = { wallMicros: wall, monotonicMs: afterMs, widthMicros };
    if (narrowest.widthMicros <= NARROW_MICROS) break;
  }
  return narrowest as SystemTime;
}

/** The microseconds by which the system clock certainly stepped between two readings; negative if it stepped back. */
export function stepBetween(earlier: SystemTime, later: SystemTime): number {
  const step = offsetOf(later) - offsetOf(earlier);
  if (step > 0) return Math.max(0, step - earlier.widthMicros);
  return Math.min(0, step + later.widthMicros);
}

/** The least possible difference of the two clocks. */
function offsetOf({ wallMicros, monotonicMs }: SystemTime): number {
  return wallMicros - monotonicMs * 1_000;
}
