export interface SaturationOptions {
  /** Delay of the event loop, in milliseconds, above which the process counts as saturated. */
  readonly maxDelayMs: number;
  /** Called once per change, with the delay that caused it. */
  readonly onChange?: (saturated: boolean, delayMs: number) => void;
  /** Called with the delay of each sample period. */
  readonly onSample?: (delayMs: number) => void;
}

/** The event loop delay is how late a timer of this period fires. */
const RESOLUTION_MS = 10;

/** Short, because requests are refused for up to this time after the event loop has recovered. */
const SAMPLE_PERIOD_MS = 100;

/**
 * Watches the event loop delay of each sample period. A single pause changes nothing, because it is over when it is
 * measured: refusing the requests that waited would help nobody. An event loop whose every iteration is slow is detected
 * after two of them. `monitorEventLoopDelay` also knows the mean over time, but computing it takes 0.7 ms of CPU time.
 */
export function watchSaturation({ maxDelayMs, onChange, onSample }: SaturationOptions) {
  let firedMs = performance.now();
  let sampledMs = firedMs;
  let squares = 0;
  let saturated = false;
  let wasSlow = false;

  function fire(): void {
    const nowMs = performance.now();
    squares += (nowMs - firedMs) ** 2;
    firedMs = nowMs;
    const periodMs = nowMs - sampledMs;
    if (periodMs < SAMPLE_PERIOD_MS) return;
    // The mean over time: a long iteration takes more time than a short one, and more requests wait for it.
    sample(Math.max(0, squares / periodMs - RESOLUTION_MS));
    sampledMs = nowMs;
    squares = 0;
  }

  function sample(delayMs: number): void {
    onSample?.(delayMs);
    const isSlow = delayMs > maxDelayMs;
    const isSaturated = isSlow && (wasSlow || saturated);
    wasSlow = isSlow;
    if (isSaturated === saturated) return;
    saturated = isSaturated;
    onChange?.(saturated, delayMs);
  }

  const timer = setInterval(fire, RESOLUTION_MS).unref();
  return {
    isSaturated: () => saturated,
    close: () => clearInterval(timer),
  };
}
