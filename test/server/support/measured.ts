import type { Metrics } from '../../../server/metrics/metrics.ts';

/** Records a committed block like the service. */
export function recordBlock(
  metrics: Metrics,
  { latencyMs, timestamps, writeUnits }: { latencyMs: number; timestamps: number; writeUnits: number },
): void {
  metrics.count('writeUnits', writeUnits);
  metrics.record('commitLatency', latencyMs);
  metrics.record('timestampsPerBlock', timestamps);
}

/** Records a sample of the event loop like the reporter. */
export function recordEventLoop(metrics: Metrics, delayMs: number, utilizationPercent: number): void {
  metrics.record('eventLoopDelay', delayMs);
  metrics.record('eventLoopUtilization', utilizationPercent);
}
