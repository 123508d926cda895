import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { METRIC_PERIOD_S } from '../../server/contract.ts';
import type { LoadBalancer } from './load-balancer.ts';

const PERIOD = Duration.seconds(METRIC_PERIOD_S);

/** Requests that clients sent to the load balancer. */
export const requests = ({ balancer }: LoadBalancer, period = PERIOD): Metric =>
  balancer.metrics.requestCount({ period, statistic: Stats.SUM, label: 'requests' });

/** Time to answer of the slowest percent of requests, in seconds. */
export const p99Seconds = ({ targetGroup }: LoadBalancer): Metric =>
  targetGroup.metrics.targetResponseTime({ period: PERIOD, statistic: 'p99', label: 'p99' });

/** Share of requests answered 5xx, in percent, whoever gave the answer: the fleet, or the load balancer for want of one. */
export function serverErrorPercent({ balancer, targetGroup }: LoadBalancer, period = PERIOD): IMetric {
  return new MathExpression({
    expression: '100 * (FILL(target, 0) + FILL(elb, 0)) / requests',
    label: '5xx %',
    period,
    usingMetrics: {
      target: targetGroup.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period, statistic: Stats.SUM }),
      elb: balancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { period, statistic: Stats.SUM }),
      requests: balancer.metrics.requestCount({ period, statistic: Stats.SUM }),
    },
  });
}

/** Instances that fail their health check. */
export const unhealthyHosts = ({ targetGroup }: LoadBalancer): Metric =>
  targetGroup.metrics.unhealthyHostCount({ period: PERIOD, statistic: Stats.MAXIMUM, label: 'unhealthy' });

/** Instances that take requests. */
export const healthyHosts = ({ targetGroup }: LoadBalancer): Metric =>
  targetGroup.metrics.healthyHostCount({ period: PERIOD, statistic: Stats.MINIMUM, label: 'healthy' });
