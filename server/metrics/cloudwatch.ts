import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  type MetricDatum,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from '../contract.ts';
import type { Bounds, Histogram } from './histogram.ts';
import { BOUNDS, type HistogramName, valuesOf } from './metrics.ts';
import type { PublishReport } from './reporter.ts';

/** For all attempts together; the next period is a minute away. */
const DEADLINE_MS = 10_000;

/** A client whose timeouts leave time for a second attempt. */
export function createCloudWatchClient(overrides: CloudWatchClientConfig = {}): CloudWatchClient {
  return new CloudWatchClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
    ...overrides,
  });
}

export interface CloudWatchOptions {
  readonly client: CloudWatchClient;
  readonly stage: string;
  readonly autoScalingGroup: string;
  /** Called once when publishing starts to fail, and once when it has recovered. */
  readonly onChange: (failing: boolean, error?: unknown) => void;
}

/** Publishes each report in one `PutMetricData` call. If the call fails, only that period is lost. */
export function createCloudWatchPublisher(options: CloudWatchOptions): PublishReport {
  const { client, stage, autoScalingGroup, onChange } = options;
  const dimensions = [
    { Name: METRIC_DIMENSIONS.stage, Value: stage },
    { Name: METRIC_DIMENSIONS.autoScalingGroup, Value: autoScalingGroup },
  ];
  let failing = false;

  function setFailing(fails: boolean, error?: unknown): void {
    if (fails !== failing) onChange(fails, error);
    failing = fails;
  }

  return async (report, periodStart) => {
    const data = valuesOf(report).map(([name, value]) => ({
      MetricName: METRICS[name].name,
      Unit: METRICS[name].unit,
      Timestamp: periodStart,
      Dimensions: dimensions,
      ...(typeof value === 'number' ? { Value: value } : distribution(BOUNDS[name as HistogramName], value)),
    }));
    const command = new PutMetricDataCommand({ Namespace: METRIC_NAMESPACE, MetricData: data });
    try {
      await client.send(command, { abortSignal: AbortSignal.timeout(DEADLINE_MS) });
      setFailing(false);
    } catch (error) {
      setFailing(true, error);
    }
  };
}

/** Values and counts, from which CloudWatch computes percentiles; a single zero if there are none. */
function distribution(bounds: Bounds, { counts }: Histogram): Pick<MetricDatum, 'Value' | 'Values' | 'Counts'> {
  const filled = bounds.flatMap((bound, index) => {
    const count = counts[index] ?? 0;
    return count > 0 ? [{ bound, count }] : [];
  });
  if (filled.length === 0) return { Value: 0 };
  return { Values: filled.map(({ bound }) => bound), Counts: filled.map(({ count }) => count) };
}
