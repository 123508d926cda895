import { z } from 'zod';

/**
 * A distribution as counts per bucket. Buckets are identified by their upper bounds, as both consumers expect:
 * Prometheus as `le`, CloudWatch as Values and Counts, with at most 150 of them per metric and call.
 */
export type Histogram = z.infer<typeof HistogramSchema>;
export const HistogramSchema = z.object({
  /** Number of values in each bucket, in the order of the bounds. */
  counts: z.array(z.number()),
  /** Exact sum of the values, for an exact mean. */
  sum: z.number(),
});

/** Upper bounds of the buckets, ascending. The last bucket also counts values above its bound. */
export type Bounds = readonly number[];

/** At most `count` bounds in a geometric series, so that every percentile has the same relative error. */
export function geometricBounds(first: number, last: number, count: number, round: (bound: number) => number): Bounds {
  const growth = (last / first) ** (1 / (count - 1));
  const bounds = Array.from({ length: count }, (_, index) => round(first * growth ** index));
  return [...new Set(bounds)];
}

/** Counts values; recording allocates nothing and takes at most eight comparisons. */
export class HistogramRecorder {
  readonly #bounds: Float64Array;
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(bounds: Bounds) {
    this.#bounds = Float64Array.from(bounds);
    this.#counts = new Float64Array(bounds.length);
  }

  record(value: number): void {
    let low = 0;
    let high = this.#bounds.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#bounds[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    this.#counts[low] = (this.#counts[low] as number) + 1;
    this.#sum += value;
  }

  snapshot(): Histogram {
    return { counts: Array.from(this.#counts), sum: this.#sum };
  }
}

/** Combines two histograms with the same bounds, bucket by bucket. */
export function combineHistograms(a: Histogram, b: Histogram, combine: (a: number, b: number) => number): Histogram {
  return {
    counts: a.counts.map((count, index) => combine(count, b.counts[index] ?? 0)),
    sum: combine(a.sum, b.sum),
  };
}
