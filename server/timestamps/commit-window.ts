/**
 * The commit window: how long a timestamp waits for others, so that they share a write unit. Both parts depend only on
 * recent arrivals and the time that is passed to them.
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
  /** Whether further timestamps are expected ({@link createCompany}). */
  readonly company: boolean;
}

/** Timers of Node.js fire up to this much early. */
const TIMER_RESOLUTION_MS = 1;

/**
 * The number of bytes to write now: everything (`Infinity`) without company or at the end of the window, otherwise
 * whole write units, or 0. A unit is full if it has no room for one more timestamp.
 */
export function bytesToWrite({ bytes, lineBytes, oldestMs }: WaitingBlock, window: CommitWindow): number {
  if (!window.company) return Number.POSITIVE_INFINITY;
  const fullUnits = Math.floor((bytes + lineBytes - 1) / WRITE_UNIT_BYTES);
  if (fullUnits > 0) return fullUnits * WRITE_UNIT_BYTES;
  return window.nowMs - oldestMs > window.windowMs - TIMER_RESOLUTION_MS ? Number.POSITIVE_INFINITY : 0;
}

/** Company is predicted from this period and the one before it. */
const PERIOD_MS = 500;

interface Period {
  readonly arrivals: number;
  /** The greatest number of timestamps that were unanswered at the same time. */
  readonly peak: number;
}

const EMPTY: Period = { arrivals: 0, peak: 0 };

/**
 * Predicts whether a waiting timestamp will get company, as PostgreSQL's `commit_siblings` does. Company is expected if
 * the recent rate promises at least one arrival within the window, and if more timestamps were recently unanswered at
 * the same time than now. Without the second condition, clients that send one request after the other would all wait
 * for each other: when every client waits, no more requests arrive.
 */
export function createCompany({ windowMs, nowMs }: { readonly windowMs: number; readonly nowMs: number }) {
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
    /** Notes an arrival. `unanswered` includes it. */
    arrived(nowMs: number, unanswered: number): void {
      startPeriods(nowMs);
      current = { arrivals: current.arrivals + 1, peak: Math.max(current.peak, unanswered) };
    },
    isExpected(nowMs: number, unanswered: number): boolean {
      startPeriods(nowMs);
      const ratePerMs = (previous.arrivals + current.arrivals) / (PERIOD_MS + nowMs - startMs);
      return ratePerMs * windowMs >= 1 && unanswered < Math.max(previous.peak, current.peak);
    },
  };
}
