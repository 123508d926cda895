import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { METRIC_PERIOD_S } from '../../server/contract.ts';
import type { LoadBalancer } from './load-balancer.ts';

const PERIOD = Duration.seconds(METRIC_PERIOD_S);

/** Requests that clients sent to the load balancer. */
export function requests({ balancer }: LoadBalancer, period = PERIOD): Metric {
  return balancer.metrics.requestCount({ period, statistic: Stats.SUM, label: 'requests' });
}

/** 99th percentile of the response time, in seconds. */
export function p99Seconds({ targetGroup }: LoadBalancer): Metric {
  return targetGroup.metrics.targetResponseTime({ period: PERIOD, statistic: 'p99', label: 'p99' });
}

/** Percentage of requests that the fleet or the load balancer answered with 5xx. */
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
export function unhealthyHosts({ targetGroup }: LoadBalancer): Metric {
  return targetGroup.metrics.unhealthyHostCount({ period: PERIOD, statistic: Stats.MAXIMUM, label: 'unhealthy' });
}

/** Instances that receive requests. */
export function healthyHosts({ targetGroup }: LoadBalancer): Metric {
  return targetGroup.metrics.healthyHostCount({ period: PERIOD, statistic: Stats.MINIMUM, label: 'healthy' });
}
