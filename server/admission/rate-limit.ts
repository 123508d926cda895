/** The rate limit of one instance, divided equally among its workers. */
export interface RateLimit {
  readonly ratePerSecond: number;
  /** Requests that are admitted at once after an idle period. */
  readonly burst: number;
}

/**
 * One worker's share of the limit. Workers share no state: together they never exceed the instance's rate, but one may
 * refuse while another has tokens left. A bucket smaller than one token would never admit a request.
 */
export function shareOfWorker({ ratePerSecond, burst }: RateLimit, workers: number): RateLimit {
  return { ratePerSecond: ratePerSecond / workers, burst: Math.max(1, burst / workers) };
}

/** A token bucket, initially full: one token admits one request. `nowMs` must be monotonic. */
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
    /** Tokens that were left at the last call of another method. */
    lastTokens: () => tokens,
    /** Whole tokens that are left. */
    remaining(): number {
      refill();
      return Math.floor(tokens);
    },
    /** Takes a token; false if there is none. */
    takeToken(): boolean {
      refill();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    /** Seconds until the next token, rounded up, at least 1: the `Retry-After` of a refusal. */
    secondsUntilNextToken(): number {
      refill();
      return Math.max(1, Math.ceil((1 - tokens) / ratePerSecond));
    },
  };
}
