import { ServiceError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import type { Micros } from './record.ts';
import { readSystemTime, stepBetween } from './system-time.ts';

/** A time of the clock. */
export interface Reading {
  readonly micros: Micros;
  /** The largest possible error of `micros`, in microseconds; `undefined` if it is unknown. */
  readonly errorMicros: number | undefined;
}

/** The clock of one process. */
export interface Clock {
  /** A time later than every earlier reading. Throws `draining` after the system clock has jumped. */
  read(): Reading;
  /** The time of a reading. */
  now(): Micros;
  /** Detects a jump of the system clock without a reading. */
  check(): void;
}

export interface ClockOptions {
  readonly runtime: Pick<Runtime, 'wallMicros' | 'monotonicMs'>;
  /** The largest possible error of the system clock, in microseconds; `undefined` while it is unknown. @default unknown */
  readonly systemErrorMicros?: () => number | undefined;
  /** Called after a step of the system clock, with the later of its times before and after the step. */
  readonly onStep?: (micros: Micros) => void;
  /** Called once, after a step that is a jump, with its size; negative if the system clock went back. */
  readonly onJump?: (byMicros: number) => void;
}

/** Between two readings of the system clock the monotonic clock is used, which costs a quarter of `Temporal`. */
const ANCHOR_MS = 1;

/** chrony slews both clocks at the same rate, so their difference changes by steps only. */
const STEP_MICROS = 100;

/** Steps above these are jumps: the time before or after them is wrong, and the process cannot tell which. */
export const CLOCK_JUMP_MICROS = { forward: 1_000_000, backward: 10_000 } as const;

/** Extrapolation rounds down to a microsecond. */
const ROUNDING_MICROS = 1;

/**
 * A clock whose readings strictly increase. After a small step back of the system clock, each reading adds one
 * microsecond until the system clock has caught up; the error of those readings includes the difference. After a jump
 * there are no more readings, because another process has to take over (docs/decisions/0040).
 */
export function createClock({ runtime, systemErrorMicros, onStep, onJump }: ClockOptions): Clock {
  let anchor = readSystemTime(runtime);
  let last = 0;
  let jumped = false;

  /** Reads the system clock, unless it has just been read; returns the time of the monotonic clock. */
  function check(): number {
    const nowMs = runtime.monotonicMs();
    if (nowMs - anchor.monotonicMs < ANCHOR_MS) return nowMs;
    const next = readSystemTime(runtime);
    const step = stepBetween(anchor, next);
    const expected = anchor.wallMicros + (next.monotonicMs - anchor.monotonicMs) * 1_000;
    anchor = next;
    if (Math.abs(step) >= STEP_MICROS) stepped(step, Math.max(expected, next.wallMicros));
    return next.monotonicMs;
  }

  function stepped(byMicros: number, latest: Micros): void {
    onStep?.(latest);
    if (jumped || (byMicros <= CLOCK_JUMP_MICROS.forward && byMicros >= -CLOCK_JUMP_MICROS.backward)) return;
    jumped = true;
    onJump?.(byMicros);
  }

  function read(): Reading {
    const nowMs = check();
    if (jumped)
      throw new ServiceError('draining', 'the system clock jumped, so another process takes over', { retryAfterS: 1 });
    const now = anchor.wallMicros + Math.floor((nowMs - anchor.monotonicMs) * 1_000);
    const micros = Math.max(now, last + 1);
    last = micros;
    const systemError = systemErrorMicros?.();
    const ownError = micros - now + anchor.widthMicros + ROUNDING_MICROS;
    return { micros, errorMicros: systemError === undefined ? undefined : Math.ceil(systemError + ownError) };
  }

  return { read, now: () => read().micros, check: () => void check() };
}

/** A jump is detected within this time, even without requests. */
const CHECK_EVERY_MS = 1_000;

/** Checks the clock regularly until the returned function is called. */
export function watchClock(clock: Pick<Clock, 'check'>, { setTimer }: Pick<Runtime, 'setTimer'>): () => void {
  let cancel: () => void;
  function check(): void {
    clock.check();
    cancel = setTimer(check, CHECK_EVERY_MS);
  }
  cancel = setTimer(check, CHECK_EVERY_MS);
  return () => cancel();
}
