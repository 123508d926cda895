import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRIC_PERIOD_S, METRICS } from '../../server/contract.ts';

/** Makes the server's own metrics of one fleet by their names in {@link METRICS}. */
export type AppMetrics = (name: keyof typeof METRICS, statistic: string) => Metric;

/** The server's metrics of a stage. */
export const appMetrics =
  (stage: string, groupName: string): AppMetrics =>
  (name, statistic) =>
    new Metric({
      namespace: METRIC_NAMESPACE,
      metricName: METRICS[name].name,
      dimensionsMap: { [METRIC_DIMENSIONS.stage]: stage, [METRIC_DIMENSIONS.autoScalingGroup]: groupName },
      statistic,
      period: Duration.seconds(METRIC_PERIOD_S),
    });
