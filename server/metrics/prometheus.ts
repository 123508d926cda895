/** The report in Prometheus's text format 0.0.4: base units (seconds, bytes, ratios), cumulative counts. */
import type { Bounds, Histogram } from './histogram.ts';
import { BOUNDS } from './metrics.ts';
import type { InstanceReport } from './report.ts';

/** The `Content-Type` of {@link prometheusText}. */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Writes the instance's numbers since its start. */
export function prometheusText({ totals, memoryBytes, cpu, clockErrorBoundMs }: InstanceReport): string {
  const { counters, histograms } = totals;
  return [
    counter('timestamps_recorded', 'Timestamps acknowledged with 201.', counters.timestampsRecorded),
    counter('timestamps_refused', 'Requests refused before anything was begun.', counters.timestampsRefused),
    counter('timestamps_failed', 'Timestamps that the database did not take.', counters.timestampsFailed),
    counter('write_units', 'Write units that the committed blocks cost.', counters.writeUnits),
    counter('worker_restarts', 'Workers that replaced another one.', counters.workerRestarts),
    histogram(
      'commit_latency_seconds',
      'Time to commit a block.',
      BOUNDS.commitLatency,
      histograms.commitLatency,
      1e-3,
    ),
    histogram(
      'timestamps_per_block',
      'Timestamps that shared a block.',
      BOUNDS.timestampsPerBlock,
      histograms.timestampsPerBlock,
    ),
    histogram(
      'event_loop_delay_seconds',
      'Longest delay of the event loop in each second.',
      BOUNDS.eventLoopDelay,
      histograms.eventLoopDelay,
      1e-3,
    ),
    histogram(
      'event_loop_utilization_ratio',
      'Share of each second that the event loop was busy.',
      BOUNDS.eventLoopUtilization,
      histograms.eventLoopUtilization,
      1e-2,
    ),
    gauge('memory_bytes', 'Resident memory of all workers.', memoryBytes),
    gauge('host_cpu_ratio', 'Share of the last period that the processors were busy.', cpu && cpu.busyPercent / 100),
    gauge('host_io_wait_ratio', 'Share of it that they waited for input or output.', cpu && cpu.ioWaitPercent / 100),
    gauge(
      'clock_error_bound_seconds',
      'Largest possible error of the clock.',
      clockErrorBoundMs === undefined ? undefined : clockErrorBoundMs / 1_000,
    ),
  ].join('');
}

function counter(name: string, help: string, value: number): string {
  return family(`${name}_total`, help, 'counter', [`stampede_${name}_total ${value}`]);
}

/** Nothing when the value is not known. */
function gauge(name: string, help: string, value: number | undefined): string {
  return value === undefined ? '' : family(name, help, 'gauge', [`stampede_${name} ${value}`]);
}

/** `unit` is what one of the recorded values is in base units. */
function histogram(name: string, help: string, bounds: Bounds, { counts, sum }: Histogram, unit = 1): string {
  let cumulative = 0;
  const buckets = bounds.map((bound, index) => {
    cumulative += counts[index] ?? 0;
    // The last bucket also holds what is beyond its bound.
    const le = index === bounds.length - 1 ? '+Inf' : Number((bound * unit).toPrecision(6));
    return `stampede_${name}_bucket{le="${le}"} ${cumulative}`;
  });
  return family(name, help, 'histogram', [
    ...buckets,
    `stampede_${name}_sum ${Number((sum * unit).toPrecision(15))}`,
    `stampede_${name}_count ${cumulative}`,
  ]);
}

function family(name: string, help: string, type: string, samples: readonly string[]): string {
  return `# HELP stampede_${name} ${help}\n# TYPE stampede_${name} ${type}\n${samples.join('\n')}\n`;
}
