const INTERVAL_MS = 1_000;

/** Refusals compete with timestamps for CPU time, so they are to remain below this share of the requests. */
const SHARE_OF_REFUSALS = 0.02;

const MAX_S = 16;

/**
 * The `Retry-After` of refusals, in whole seconds. Each second it grows by the factor by which the share of refusals was
 * too large, or shrinks by half: the more clients have to wait, the longer each of them waits.
 */
export function createRetryAfter(nowMs: number) {
  let seconds = 1;
  let endMs = nowMs + INTERVAL_MS;
  let requests = 0;
  let refusals = 0;

  return {
    countRequest(): void {
      requests += 1;
    },
    countRefusal(): void {
      refusals += 1;
    },
    /** To be called every 100 ms. */
    sample(nowMs: number): void {
      if (nowMs < endMs) return;
      const excess = requests === 0 ? 0 : refusals / requests / SHARE_OF_REFUSALS;
      seconds = Math.min(MAX_S, Math.max(1, Math.ceil(seconds * Math.max(excess, 0.5))));
      endMs = nowMs + INTERVAL_MS;
      requests = 0;
      refusals = 0;
    },
    seconds: () => seconds,
  };
}
