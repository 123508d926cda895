import { Duration } from 'aws-cdk-lib';
import { type Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { METRIC_PERIOD_S } from '../../server/contract.ts';
import { runbookAlarm } from '../runbook-alarm.ts';

/** A metric of one NAT gateway. */
export const natMetric = (natGatewayId: string, metricName: string): Metric =>
  new Metric({
    namespace: 'AWS/NATGateway',
    metricName,
    dimensionsMap: { NatGatewayId: natGatewayId },
    statistic: Stats.SUM,
    period: Duration.seconds(METRIC_PERIOD_S),
  });

/** Watches each NAT gateway for exhausted ports and dropped packets. */
export const natAlarms = (scope: Construct, natGatewayIds: readonly string[]): readonly Alarm[] =>
  natGatewayIds.flatMap((natGatewayId, index) => [
    runbookAlarm(scope, `NatPortsExhausted${index}`, {
      means:
        'A NAT gateway had no port left for a new connection; logs, metrics and sessions suffer, timestamps do not.',
      runbook: 'find the talker in the flow logs; set nat=per-az to spread the load.',
      metric: natMetric(natGatewayId, 'ErrorPortAllocation'),
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 0,
      periods: 3,
      missing: TreatMissingData.NOT_BREACHING,
    }),
    runbookAlarm(scope, `NatDrops${index}`, {
      means: 'A NAT gateway keeps dropping packets.',
      runbook:
        'look at the AWS Health Dashboard; if only one zone is hit, the fleet there still writes through its endpoint.',
      metric: natMetric(natGatewayId, 'PacketsDropCount'),
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 100,
      periods: 5,
      breaching: 3,
      missing: TreatMissingData.NOT_BREACHING,
    }),
  ]);
