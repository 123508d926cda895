import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  type MetricDatum,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from '../contract.ts';
import type { Bounds, Histogram } from './histogram.ts';
import { BOUNDS, type CounterName, type HistogramName } from './metrics.ts';
import type { InstanceReport, PublishReport } from './report.ts';

/** For all attempts together; the next period is a minute away. */
const DEADLINE_MS = 10_000;

/** A client that finds endpoint, region and credentials by itself, and gives up early enough for a second attempt. */
export const createCloudWatchClient = (overrides: CloudWatchClientConfig = {}): CloudWatchClient =>
  new CloudWatchClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
    ...overrides,
  });

export interface CloudWatchSettings {
  readonly client: CloudWatchClient;
  readonly stage: string;
  readonly autoScalingGroup: string;
  /** Told once when publishing begins to fail, and once when it works again. */
  readonly onChange: (failing: boolean, error?: unknown) => void;
}

type MetricKey = keyof typeof METRICS;
type Numbers = Pick<MetricDatum, 'Value' | 'Values' | 'Counts'>;

/** Publishes each report in one `PutMetricData` call. A period that cannot be published is lost, and only that. */
export function createCloudWatchPublisher(settings: CloudWatchSettings): PublishReport {
  const { client, stage, autoScalingGroup, onChange } = settings;
  const dimensions = [
    { Name: METRIC_DIMENSIONS.stage, Value: stage },
    { Name: METRIC_DIMENSIONS.autoScalingGroup, Value: autoScalingGroup },
  ];
  let failing = false;

  function tell(fails: boolean, error?: unknown): void {
    if (fails !== failing) onChange(fails, error);
    failing = fails;
  }

  return async (report, periodStart) => {
    const data = Object.entries(numbersOf(report)).map(([key, numbers]) => ({
      MetricName: METRICS[key as MetricKey].name,
      Unit: METRICS[key as MetricKey].unit,
      Timestamp: periodStart,
      Dimensions: dimensions,
      ...numbers,
    }));
    const command = new PutMetricDataCommand({ Namespace: METRIC_NAMESPACE, MetricData: data });
    try {
      await client.send(command, { abortSignal: AbortSignal.timeout(DEADLINE_MS) });
      tell(false);
    } catch (error) {
      tell(true, error);
    }
  };
}

function numbersOf({
  totals,
  memoryBytes,
  cpu,
  clockErrorBoundMs,
}: InstanceReport): Partial<Record<MetricKey, Numbers>> {
  const { counters, histograms } = totals;
  const always: Record<CounterName | HistogramName | 'memory', Numbers> = {
    timestampsRecorded: { Value: counters.timestampsRecorded },
    timestampsRefused: { Value: counters.timestampsRefused },
    timestampsFailed: { Value: counters.timestampsFailed },
    writeUnits: { Value: counters.writeUnits },
    workerRestarts: { Value: counters.workerRestarts },
    commitLatency: distribution(BOUNDS.commitLatency, histograms.commitLatency),
    timestampsPerBlock: distribution(BOUNDS.timestampsPerBlock, histograms.timestampsPerBlock),
    eventLoopDelay: distribution(BOUNDS.eventLoopDelay, histograms.eventLoopDelay),
    eventLoopUtilization: distribution(BOUNDS.eventLoopUtilization, histograms.eventLoopUtilization),
    memory: { Value: memoryBytes },
  };
  return {
    ...always,
    ...(cpu && { hostCpu: { Value: cpu.busyPercent }, hostIoWait: { Value: cpu.ioWaitPercent } }),
    ...(clockErrorBoundMs !== undefined && { clockErrorBound: { Value: clockErrorBoundMs } }),
  };
}

/** Values and counts, from which CloudWatch makes percentiles; a single zero when there is nothing. */
function distribution(bounds: Bounds, { counts }: Histogram): Numbers {
  const filled = bounds.flatMap((bound, index) => {
    const count = counts[index] ?? 0;
    return count > 0 ? [{ bound, count }] : [];
  });
  if (filled.length === 0) return { Value: 0 };
  return { Values: filled.map(({ bound }) => bound), Counts: filled.map(({ count }) => count) };
}
