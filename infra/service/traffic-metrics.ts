import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeElb } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { METRIC_PERIOD_S } from '../../server/contract.ts';
import type { LoadBalancer } from './load-balancer.ts';

const PERIOD = Duration.seconds(METRIC_PERIOD_S);

/** Requests that clients sent to the load balancer. */
export function requests({ balancer }: LoadBalancer, period = PERIOD): Metric {
  return balancer.metrics.requestCount({ period, statistic: Stats.SUM, label: 'requests' });
}

/** 99th percentile of the response time, in seconds. */
export function p99Seconds(loadBalancer: LoadBalancer): Metric {
  return targetMetric(loadBalancer, 'TargetResponseTime', { statistic: 'p99', label: 'p99' });
}

/** Percentage of requests that the fleet or the load balancer answered with 5xx. */
export function serverErrorPercent(loadBalancer: LoadBalancer, period = PERIOD): IMetric {
  const { balancer } = loadBalancer;
  return new MathExpression({
    expression: '100 * (FILL(target, 0) + FILL(elb, 0)) / requests',
    label: '5xx %',
    period,
    usingMetrics: {
      target: targetMetric(loadBalancer, 'HTTPCode_Target_5XX_Count', { period, statistic: Stats.SUM }),
      elb: balancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { period, statistic: Stats.SUM }),
      requests: balancer.metrics.requestCount({ period, statistic: Stats.SUM }),
    },
  });
}

/** Requests that the fleet (`target`) or the load balancer (`elb`) answered with 4xx. */
export function clientErrors(loadBalancer: LoadBalancer, period = PERIOD) {
  const sum = { period, statistic: Stats.SUM };
  return {
    target: targetMetric(loadBalancer, 'HTTPCode_Target_4XX_Count', sum),
    elb: loadBalancer.balancer.metrics.httpCodeElb(HttpCodeElb.ELB_4XX_COUNT, sum),
  };
}

/** Instances that fail their health check. */
export function unhealthyHosts(loadBalancer: LoadBalancer): Metric {
  return targetMetric(loadBalancer, 'UnHealthyHostCount', { statistic: Stats.MAXIMUM, label: 'unhealthy' });
}

/** Instances that receive requests. */
export function healthyHosts(loadBalancer: LoadBalancer): Metric {
  return targetMetric(loadBalancer, 'HealthyHostCount', { statistic: Stats.MINIMUM, label: 'healthy' });
}

/** Connections to instances that failed. */
export function targetConnectionErrors(loadBalancer: LoadBalancer): Metric {
  return targetMetric(loadBalancer, 'TargetConnectionErrorCount', { statistic: Stats.SUM });
}

/**
 * A metric of the target group. CDK's own would read the load balancer's name from the ARN of a listener, so that no
 * listener could be removed while an alarm watches the group.
 */
function targetMetric({ balancer, targetGroup }: LoadBalancer, metricName: string, options: MetricOptions): Metric {
  return new Metric({
    namespace: 'AWS/ApplicationELB',
    metricName,
    dimensionsMap: {
      LoadBalancer: balancer.loadBalancerFullName,
      TargetGroup: targetGroup.targetGroupFullName,
    },
    period: PERIOD,
    ...options,
  });
}
