/** What one instance admits; every worker gets an equal part of it. */
export interface RateLimit {
  readonly ratePerSecond: number;
  /** Requests that may come at once after a pause. */
  readonly burst: number;
}

/**
 * The part of one worker in the limit of its instance. Workers share nothing, so together they never admit more than
 * the instance's rate, but one may refuse while another has tokens left. A bucket below one token would never admit.
 */
export function shareOfWorker({ ratePerSecond, burst }: RateLimit, workers: number): RateLimit {
  return { ratePerSecond: ratePerSecond / workers, burst: Math.max(1, burst / workers) };
}

/** A full token bucket: one token admits one request. `nowMs` is a clock that never goes back (`performance.now`). */
export function createRateLimiter({ ratePerSecond, burst }: RateLimit, nowMs: () => number) {
  const tokensPerMs = ratePerSecond / 1_000;
  let tokens = burst;
  let filledAtMs = nowMs();

  function refill(): void {
    const now = nowMs();
    tokens = Math.min(burst, tokens + (now - filledAtMs) * tokensPerMs);
    filledAtMs = now;
  }

  return {
    /** Takes a token; false when there is none. */
    takeToken(): boolean {
      refill();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    /** Whole seconds, at least 1, until there is a token: the `Retry-After` of a refusal. */
    secondsUntilNextToken(): number {
      refill();
      return Math.max(1, Math.ceil((1 - tokens) / ratePerSecond));
    },
  };
}
