/** The state of a process at one time. */
export interface WaitSample {
  readonly nowMs: number;
  /** How late the event loop reads requests and the answers to its writes. */
  readonly loopDelayMs: number;
  /** How long the oldest request has waited since it was read. */
  readonly queueMs: number;
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

/** A pause of the event loop makes samples rare. This number of them does not depend on a single pause. */
const LEAST_SAMPLES = 3;

/** This number of timestamps fits into one block, so it never overloads the database. */
const LEAST_LIMIT = 1_000;

/**
 * The event loop's delay counts this many times. A request waits for about four iterations: two until it is read, and two
 * until the acknowledgement of its block is read. Twice as many let refusals be answered within 50 ms.
 */
const LOOP_WEIGHT = 8;

const GROWTH = 1.2;
/** While the limit refuses requests, growth only tries whether more can be admitted, which makes all of them wait. */
const GROWTH_WHILE_REFUSING = 1.05;

/**
 * Limits the number of requests that wait, by their waiting time, similar to CoDel (RFC 8289). A queue that does not
 * empty differs from a burst in that at least three quarters of the waits of an interval are above the target. The limit
 * then shrinks to the length at which requests would wait for the target time. Otherwise it grows back to its maximum.
 */
export function createWaitLimit({ max, targetMs, nowMs }: WaitLimitOptions) {
  const least = Math.min(LEAST_LIMIT, max);
  let limit = max;
  let endMs = nowMs + INTERVAL_MS;
  let waitsMs: number[] = [];
  let mostWaiting = 0;
  let hasRefused = false;
  /** Samples of the interval in which the event loop or a timestamp was late by more than the target. */
  let lateSamples = 0;
  let wasOverloaded = false;

  function nextLimit(): number {
    const shortMs = lowerQuartile(waitsMs);
    if (shortMs <= targetMs) return Math.min(max, Math.ceil(limit * (hasRefused ? GROWTH_WHILE_REFUSING : GROWTH)));
    // The event loop is late for another reason, such as listings, or `admits` was not asked.
    if (mostWaiting === 0) return limit;
    const reduced = (Math.min(limit, mostWaiting) * targetMs) / shortMs;
    return Math.max(least, Math.floor(reduced));
  }

  return {
    /** To be called every 100 ms. */
    sample({ nowMs, loopDelayMs, queueMs }: WaitSample): void {
      waitsMs.push(LOOP_WEIGHT * loopDelayMs + queueMs);
      if (Math.max(loopDelayMs, queueMs) > targetMs) lateSamples += 1;
      if (nowMs < endMs || waitsMs.length < LEAST_SAMPLES) return;
      wasOverloaded = hasRefused || lateSamples >= 0.75 * waitsMs.length;
      limit = nextLimit();
      endMs = nowMs + INTERVAL_MS;
      waitsMs = [];
      mostWaiting = 0;
      hasRefused = false;
      lateSamples = 0;
    },
    /** Whether one more request is admitted while this number waits. */
    admits(waiting: number): boolean {
      mostWaiting = Math.max(mostWaiting, waiting);
      const isAdmitted = waiting < limit;
      hasRefused ||= !isAdmitted;
      return isAdmitted;
    },
    /** The number of waiting requests from which on further ones are refused. */
    limit: () => limit,
    /**
     * Whether requests are refused, or were in the last interval, or waited in three quarters of it for the event loop or a
     * write alone for longer than the target. The limit also shrinks for less, and needs long to grow back.
     */
    isOverloaded: () => hasRefused || wasOverloaded,
  };
}

/** A quarter of the values are below it. */
function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] as number;
}
