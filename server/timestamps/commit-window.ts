/**
 * The commit window: how long a timestamp waits for others, so that they share a write unit. Both functions depend only
 * on recent arrivals and the time that is passed to them.
 */
import { WRITE_UNIT_BYTES } from './block.ts';

/** The timestamps that wait for a write. */
export interface WaitingBlock {
  /** Size of their item. */
  readonly bytes: number;
  /** Bytes that one more timestamp would add. */
  readonly lineBytes: number;
  /** Arrival of the oldest one. */
  readonly oldestMs: number;
}

export interface CommitWindow {
  readonly windowMs: number;
  readonly nowMs: number;
  /** Whether further timestamps are expected ({@link createForecast}). */
  readonly moreExpected: boolean;
}

/** Node.js timers may fire early by up to this much. */
const TIMER_RESOLUTION_MS = 1;

/**
 * The number of bytes to write now: everything (`Infinity`) if no further timestamps are expected or at the end of
 * the window, otherwise whole write units, or 0. A unit is full if it has no room for one more timestamp.
 */
export function bytesToWrite({ bytes, lineBytes, oldestMs }: WaitingBlock, window: CommitWindow): number {
  if (!window.moreExpected) return Number.POSITIVE_INFINITY;
  const fullUnits = Math.floor((bytes + lineBytes - 1) / WRITE_UNIT_BYTES);
  if (fullUnits > 0) return fullUnits * WRITE_UNIT_BYTES;
  return window.nowMs - oldestMs > window.windowMs - TIMER_RESOLUTION_MS ? Number.POSITIVE_INFINITY : 0;
}

/** The forecast uses this period and the one before it. */
const PERIOD_MS = 500;

interface Period {
  readonly arrivals: number;
  /** The greatest number of timestamps that were unanswered at the same time. */
  readonly peak: number;
}

const EMPTY: Period = { arrivals: 0, peak: 0 };

/**
 * Predicts whether further timestamps will arrive while one waits, for the purpose of PostgreSQL's `commit_siblings`.
 * They are expected if the recent rate predicts at least one arrival within the window, and if more timestamps were
 * recently unanswered at the same time than now. Without the second condition, clients that send one request after the
 * other would all wait for each other: if every client waits, no more requests arrive.
 */
export function createForecast({ windowMs, nowMs }: { readonly windowMs: number; readonly nowMs: number }) {
  let startMs = nowMs;
  let previous = EMPTY;
  let current = EMPTY;

  function startPeriods(nowMs: number): void {
    const ended = Math.floor((nowMs - startMs) / PERIOD_MS);
    if (ended < 1) return;
    previous = ended === 1 ? current : EMPTY;
    current = EMPTY;
    startMs += ended * PERIOD_MS;
  }

  return {
    /** Records an arrival. `unanswered` includes it. */
    arrived(nowMs: number, unanswered: number): void {
      startPeriods(nowMs);
      current = { arrivals: current.arrivals + 1, peak: Math.max(current.peak, unanswered) };
    },
    expectsMore(nowMs: number, unanswered: number): boolean {
      startPeriods(nowMs);
      const ratePerMs = (previous.arrivals + current.arrivals) / (PERIOD_MS + nowMs - startMs);
      return ratePerMs * windowMs >= 1 && unanswered < Math.max(previous.peak, current.peak);
    },
  };
}
