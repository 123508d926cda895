import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface SaturationOptions {
  /** Mean delay of the event loop, in milliseconds, above which the process counts as saturated. */
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
 * Watches the mean event loop delay of each sample period. A single pause changes nothing, because it is over when it is
 * measured: refusing the requests that waited would help nobody. An event loop whose every iteration is slow is detected
 * after two of them.
 */
export function watchSaturation({ maxDelayMs, onChange, onSample }: SaturationOptions) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let saturated = false;
  let wasSlow = false;

  function sample(): void {
    // No value means that no iteration of the event loop ended between two samples; the state stays as it is.
    if (delays.count === 0) return;
    const delayMs = Math.max(0, delays.mean / 1e6 - RESOLUTION_MS);
    delays.reset();
    onSample?.(delayMs);
    const isSlow = delayMs > maxDelayMs;
    const isSaturated = isSlow && (wasSlow || saturated);
    wasSlow = isSlow;
    if (isSaturated === saturated) return;
    saturated = isSaturated;
    onChange?.(saturated, delayMs);
  }

  delays.enable();
  const timer = setInterval(sample, SAMPLE_PERIOD_MS).unref();
  return {
    isSaturated: () => saturated,
    close() {
      clearInterval(timer);
      delays.disable();
    },
  };
}
