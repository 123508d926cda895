/** Tells how long each step took, when it ends and once more at the end of all. */
export class Stopwatch {
  readonly #laps: [step: string, seconds: string][] = [];

  /** Runs one step and takes its time. */
  async time<Result>(step: string, action: () => Promise<Result>): Promise<Result> {
    const startMs = performance.now();
    const result = await action();
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(2);
    this.#laps.push([step, seconds]);
    console.error(`[${seconds} s] ${step}`);
    return result;
  }

  /** The times as rows of a table. */
  get rows(): readonly (readonly [string, string])[] {
    return this.#laps.map(([step, seconds]) => [step, `${seconds} s`]);
  }
}
