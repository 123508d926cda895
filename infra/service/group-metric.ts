import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_PERIOD_S } from '../../server/contract.ts';

/** A metric of an Auto Scaling group's size. */
export function groupMetric(
  groupName: string,
  metricName: `Group${string}`,
  period = Duration.seconds(METRIC_PERIOD_S),
): Metric {
  return new Metric({
    namespace: 'AWS/AutoScaling',
    metricName,
    dimensionsMap: { AutoScalingGroupName: groupName },
    statistic: Stats.AVERAGE,
    period,
  });
}
