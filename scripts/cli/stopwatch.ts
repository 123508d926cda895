/** Measures how long each step takes. */
export class Stopwatch {
  readonly #steps: [step: string, seconds: string][] = [];

  /** Runs one step and prints how long it took. */
  async time<Result>(step: string, action: () => Promise<Result>): Promise<Result> {
    const startMs = performance.now();
    const result = await action();
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(2);
    this.#steps.push([step, seconds]);
    console.error(`[${seconds} s] ${step}`);
    return result;
  }

  /** All steps so far as rows of a table. */
  get rows(): readonly (readonly [string, string])[] {
    return this.#steps.map(([step, seconds]) => [step, `${seconds} s`]);
  }
}
