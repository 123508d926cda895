/** Route 53's health checks of the regions. A region is healthy until so many checks in a row have failed. */
export class HealthChecks {
  readonly #threshold: number;
  readonly #unhealthy = new Set<string>();
  readonly #contrary = new Map<string, number>();

  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  /** Takes the result of one check. Returns the new state if it has changed. */
  report(region: string, passed: boolean): 'healthy' | 'unhealthy' | undefined {
    const contrary = passed === this.isHealthy(region) ? 0 : (this.#contrary.get(region) ?? 0) + 1;
    const isChange = contrary === this.#threshold;
    this.#contrary.set(region, isChange ? 0 : contrary);
    if (!isChange) return undefined;
    if (passed) this.#unhealthy.delete(region);
    else this.#unhealthy.add(region);
    return passed ? 'healthy' : 'unhealthy';
  }

  isHealthy(region: string): boolean {
    return !this.#unhealthy.has(region);
  }
}

/** The answer of latency records: the nearest healthy region. If none is healthy, all count as healthy. */
export function answerOf(nearest: readonly string[], isHealthy: (region: string) => boolean): string {
  const region = nearest.find(isHealthy) ?? nearest[0];
  if (region === undefined) throw new Error('latency records have no region: expected at least one');
  return region;
}

/** What a client's resolver knows: it asks again when the answer is older than its time to live. */
export class CachingResolver {
  readonly #ask: () => string;
  readonly #ttlMs: number;
  #cached: { readonly region: string; readonly untilMs: number } | undefined;

  constructor(ask: () => string, ttlMs: number) {
    this.#ask = ask;
    this.#ttlMs = ttlMs;
  }

  resolve(nowMs: number): string {
    if (!this.#cached || nowMs >= this.#cached.untilMs) {
      this.#cached = { region: this.#ask(), untilMs: nowMs + this.#ttlMs };
    }
    return this.#cached.region;
  }
}
