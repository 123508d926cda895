/** Length of one value, in milliseconds. */
const BUCKET_MS = 2_000;
/** Three minutes. */
const BUCKETS = 90;

/**
 * The rates of the last minutes, for the plot of the live page. It needs no timers: each count belongs to the bucket of
 * its time. `nowMs` must be monotonic.
 */
export function createRecentRates(nowMs: () => number) {
  const counts = new Array<number>(BUCKETS + 1).fill(0);
  let current = Math.floor(nowMs() / BUCKET_MS);

  /** Empties the buckets that began since the last call. */
  function advance(): void {
    const now = Math.floor(nowMs() / BUCKET_MS);
    for (let bucket = Math.max(current + 1, now - BUCKETS); bucket <= now; bucket += 1)
      counts[bucket % counts.length] = 0;
    current = now;
  }

  return {
    count(by: number): void {
      advance();
      counts[current % counts.length] = (counts[current % counts.length] as number) + by;
    },
    /** Events per second in each complete bucket, oldest first. */
    perSecond(): number[] {
      advance();
      return Array.from({ length: BUCKETS }, (_, index) => {
        const bucket = current - BUCKETS + index;
        return bucket < 0 ? 0 : ((counts[bucket % counts.length] as number) * 1_000) / BUCKET_MS;
      });
    },
  };
}
