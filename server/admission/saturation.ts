import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Tells whether this process is too busy to take on more. */
export interface SaturationMonitor {
  /** Reads a flag, so that the hot path may ask on every request. */
  isSaturated(): boolean;
  close(): void;
}

export interface SaturationSettings {
  /** Mean delay of the event loop, in milliseconds, from which on the process counts as saturated. */
  readonly maxDelayMs: number;
  /** Told once per change, with the delay that made it. */
  readonly onChange?: (saturated: boolean, delayMs: number) => void;
}

/** How late a timer of this period fires is the delay of the loop. */
const RESOLUTION_MS = 10;

/** Short, because it is also the longest time that requests are refused after the loop has recovered. */
const SAMPLE_PERIOD_MS = 100;

/**
 * Watches the delay of the event loop: the mean of each sample period decides anew, so that a short pause for garbage
 * collection passes unnoticed among its on-time neighbours, while a loop whose every turn is long is seen at once.
 */
export function watchSaturation({ maxDelayMs, onChange }: SaturationSettings): SaturationMonitor {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let saturated = false;

  function sample(): void {
    // Nothing recorded means that no turn of the loop fitted between two samples: the last verdict stands.
    if (delays.count === 0) return;
    const delayMs = Math.max(0, delays.mean / 1e6 - RESOLUTION_MS);
    delays.reset();
    if (delayMs > maxDelayMs === saturated) return;
    saturated = !saturated;
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
