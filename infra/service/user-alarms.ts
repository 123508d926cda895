import { Construct } from 'constructs';
import { runbookAlarm } from '../runbook-alarm.ts';
import type { LoadBalancer } from './load-balancer.ts';
import { p99Seconds, serverErrorPercent, unhealthyHosts } from './traffic-metrics.ts';

/**
 * Alarms on symptoms that users notice. They are in the service stack, because they roll back a deployment. They stay
 * OK without requests; the heartbeat alarm detects a fleet that does not report.
 */
export function userAlarms(scope: Construct, id: string, loadBalancer: LoadBalancer) {
  const alarms = new Construct(scope, id);
  return {
    serverErrors: runbookAlarm(alarms, 'ServerErrors', {
      means: 'More than 1 % of requests were answered with 5xx.',
      runbook:
        'see the load balancer column of the dashboard. ELB 5xx without target 5xx: no healthy instance, or a full connection table. Target 503: DynamoDB throttles (see the database column), or overload. After a deployment the refresh rolls back automatically.',
      metric: serverErrorPercent(loadBalancer),
      when: { above: 1, periods: 3, breaching: 2 },
    }),
    slow: runbookAlarm(alarms, 'Slow', {
      means: 'The p99 response time is above 0.5 s.',
      runbook: 'compare CommitLatency. High: DynamoDB is slow or throttles. Low: check CPU and event loop delay.',
      metric: p99Seconds(loadBalancer),
      when: { above: 0.5, periods: 5, breaching: 3 },
    }),
    unhealthy: runbookAlarm(alarms, 'UnhealthyHosts', {
      means: 'An instance has failed its health check for five minutes and was not replaced.',
      runbook: 'read the activity history of the group and the log group app; terminate the instance.',
      metric: unhealthyHosts(loadBalancer),
      when: { above: 0, periods: 5 },
    }),
  };
}

export type UserAlarms = ReturnType<typeof userAlarms>;
