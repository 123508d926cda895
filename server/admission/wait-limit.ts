/** The state of a process at one time. */
export interface WaitSample {
  readonly nowMs: number;
  /** How long requests currently wait before work on them begins. */
  readonly waitMs: number;
  /** The number of requests that wait. */
  readonly waiting: number;
}

export interface WaitLimitOptions {
  /** The limit without overload. */
  readonly max: number;
  /** The wait that is acceptable for longer than an interval. */
  readonly targetMs: number;
  readonly nowMs: number;
}

/** Long enough for a retry of a put, which therefore does not count as overload. */
const INTERVAL_MS = 1_000;

/** This number of timestamps fits into one block, so it never overloads the database. */
const LEAST_LIMIT = 1_000;

const LARGEST_REDUCTION = 0.5;
const GROWTH = 1.5;

/**
 * Limits the number of requests that wait, by their waiting time, as CoDel does (RFC 8289). The shortest wait of an
 * interval distinguishes a queue that does not empty from a burst. While it is above the target, the limit shrinks to
 * the length at which requests would wait for the target time. Otherwise it grows back to its maximum.
 */
export function createWaitLimit({ max, targetMs, nowMs }: WaitLimitOptions) {
  const least = Math.min(LEAST_LIMIT, max);
  let limit = max;
  let endMs = nowMs + INTERVAL_MS;
  let shortestMs = Number.POSITIVE_INFINITY;
  let mostWaiting = 0;

  function nextLimit(): number {
    if (shortestMs <= targetMs) return Math.min(max, Math.ceil(limit * GROWTH));
    const reduced = Math.min(limit, mostWaiting) * Math.max(LARGEST_REDUCTION, targetMs / shortestMs);
    return Math.max(least, Math.floor(reduced));
  }

  return {
    sample({ nowMs, waitMs, waiting }: WaitSample): void {
      shortestMs = Math.min(shortestMs, waitMs);
      mostWaiting = Math.max(mostWaiting, waiting);
      if (nowMs < endMs) return;
      limit = nextLimit();
      endMs = nowMs + INTERVAL_MS;
      shortestMs = Number.POSITIVE_INFINITY;
      mostWaiting = 0;
    },
    /** The number of waiting requests from which on further ones are refused. */
    limit: () => limit,
    /** Whether requests recently waited for longer than the target. */
    isReduced: () => limit < max,
  };
}
