import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

const RESOLUTION_MS = 20;

/** Reports the event loop's longest delay and utilisation once per period. Returns a function that stops it. */
export function sampleEventLoop(
  periodMs: number,
  onSample: (longestDelayMs: number, utilizationPercent: number) => void,
): () => void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let before = performance.eventLoopUtilization();
  delays.enable();
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    // The measured time between two ticks includes the resolution; if no tick was recorded, `max` is 0.
    onSample(Math.max(0, delays.max / 1e6 - RESOLUTION_MS), utilization * 100);
    delays.reset();
  }, periodMs).unref();
  return () => {
    clearInterval(timer);
    delays.disable();
  };
}
