/** What one instance admits; every worker gets an equal part of it. */
export interface RateLimit {
  /** Requests per second in the long run. */
  readonly ratePerSecond: number;
  /** Requests that may come at once after a pause. */
  readonly burst: number;
}

/** A token bucket: one token lets one request pass. */
export interface RateLimiter {
  /** Takes a token; false when there is none. */
  takeToken(): boolean;
  /** Whole seconds, at least 1, until a token will be there: the `Retry-After` of a refusal. */
  secondsUntilNextToken(): number;
}

/**
 * The part of one worker in the limit of its instance. Workers share nothing, so the parts are what makes the sum
 * hold: together they never admit more than the instance's rate. When connections are spread unevenly, one worker
 * refuses while another has tokens left. A bucket below one token would never open, hence the minimum of the burst.
 */
export function shareOfWorker({ ratePerSecond, burst }: RateLimit, workers: number): RateLimit {
  return { ratePerSecond: ratePerSecond / workers, burst: Math.max(1, burst / workers) };
}

/** Makes a full bucket; `nowMs` is a clock that never goes back (`performance.now`). */
export function createRateLimiter({ ratePerSecond, burst }: RateLimit, nowMs: () => number): RateLimiter {
  const tokensPerMs = ratePerSecond / 1_000;
  let tokens = burst;
  let filledAtMs = nowMs();

  function refill(): void {
    const now = nowMs();
    tokens = Math.min(burst, tokens + (now - filledAtMs) * tokensPerMs);
    filledAtMs = now;
  }

  return {
    takeToken() {
      refill();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    secondsUntilNextToken() {
      refill();
      return Math.max(1, Math.ceil((1 - tokens) / ratePerSecond));
    },
  };
}
