import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_PERIOD_S } from '../../server/contract.ts';

/** Metrics that Auto Scaling publishes of a group. */
export type GroupMetricName =
  | 'GroupDesiredCapacity'
  | 'GroupInServiceInstances'
  | 'GroupMaxSize'
  | 'GroupPendingInstances';

const PERIOD = Duration.seconds(METRIC_PERIOD_S);

/** A metric of the fleet's size. */
export const groupMetric = (groupName: string, metricName: GroupMetricName, period = PERIOD): Metric =>
  new Metric({
    namespace: 'AWS/AutoScaling',
    metricName,
    dimensionsMap: { AutoScalingGroupName: groupName },
    statistic: Stats.AVERAGE,
    period,
  });
