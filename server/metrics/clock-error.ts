import type { Runtime } from '../runtime.ts';
import type { Tracking } from './chrony.ts';

export interface ClockErrorOptions {
  readonly runtime: Pick<Runtime, 'wallMicros' | 'monotonicMs' | 'setTimer'>;
  /** Resolves with `undefined` if nothing is known about the system clock. */
  readonly readTracking: () => Promise<Tracking | undefined>;
}

/** The error of the system clock. */
export interface ClockError {
  /** The largest possible error, in microseconds; `undefined` while it is unknown. */
  micros(): number | undefined;
  /** Makes the error unknown until the system clock is updated after this time. */
  distrustUntil(micros: number): void;
  close(): void;
}

const READ_EVERY_MS = 5_000;

/** The error is unknown if it could not be read for this long. */
const MAX_AGE_MS = 60_000;

/** How fast the system clock may drift without updates, as ClockBound assumes; `maxclockerror` in chrony.conf. */
const DRIFT_PPM = 50;

/**
 * Keeps the error of the system clock, which grows until it is read again. It counts only if the system clock was
 * updated after the start of this process: chrony does not know yet about a step that ended the process before.
 */
export function watchClockError({ runtime, readTracking }: ClockErrorOptions): ClockError {
  const { wallMicros, monotonicMs, setTimer } = runtime;
  let distrustedUntil = wallMicros();
  let known: { readonly errorMicros: number; readonly atMs: number } | undefined;
  let closed = false;
  let cancel = (): void => {};

  async function readRepeatedly(): Promise<void> {
    const atMs = monotonicMs();
    const tracking = await readTracking();
    if (closed) return;
    if (tracking && tracking.updatedMicros > distrustedUntil) known = { errorMicros: tracking.errorMicros, atMs };
    cancel = setTimer(() => void readRepeatedly(), READ_EVERY_MS);
  }
  void readRepeatedly();

  return {
    micros() {
      const ageMs = known === undefined ? Number.POSITIVE_INFINITY : monotonicMs() - known.atMs;
      return known && ageMs <= MAX_AGE_MS ? known.errorMicros + (ageMs * DRIFT_PPM) / 1_000 : undefined;
    },
    distrustUntil(micros) {
      distrustedUntil = Math.max(distrustedUntil, micros);
      known = undefined;
    },
    close() {
      closed = true;
      cancel();
    },
  };
}
