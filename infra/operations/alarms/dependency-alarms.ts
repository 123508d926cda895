import { Duration } from 'aws-cdk-lib';
import { type Alarm, type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { TABLE_ACTIONS } from '../../data/timestamps-table.ts';
import { runbookAlarm } from '../../runbook-alarm.ts';
import { natMetric, PERIOD, sumMetric, tableMetric } from '../metrics.ts';

/** The server's operations on the table; DynamoDB counts system errors per operation. */
const OPERATIONS = [...TABLE_ACTIONS.map((action) => action.replace('dynamodb:', '')), 'TransactWriteItems'];

/** Wrong requests in five minutes. Some are normal: a token that has just expired, a transaction that is repeated. */
const USER_ERRORS = 100;

/** Alarms on throttling and errors of DynamoDB. */
export function tableAlarms(scope: Construct, tableName: string): readonly Alarm[] {
  return [
    runbookAlarm(scope, 'TableThrottles', {
      means: 'DynamoDB throttled reads or writes.',
      runbook: 'one hot shard (see contributor insights): raise tableShards; the whole table: raise peakRate.',
      metric: sum('throttles', {
        writes: tableMetric(tableName, 'WriteThrottleEvents'),
        reads: tableMetric(tableName, 'ReadThrottleEvents'),
      }),
      when: { above: 0, periods: 3, breaching: 2 },
    }),
    runbookAlarm(scope, 'TableSystemErrors', {
      means: 'DynamoDB returns system errors.',
      runbook: 'check the AWS Health Dashboard; the server retries, then puts timestamps into the spill bucket.',
      metric: sum(
        'system errors',
        Object.fromEntries(
          OPERATIONS.map((operation) => [operation.toLowerCase(), tableMetric(tableName, 'SystemErrors', operation)]),
        ),
      ),
      when: { above: 5, periods: 3, breaching: 2 },
    }),
    runbookAlarm(scope, 'TableUserErrors', {
      means: 'For 15 minutes, DynamoDB has refused requests of this account and region as invalid.',
      runbook: 'search the log group app for the error; if the server logs none, another program causes it.',
      // DynamoDB counts them for the account and region, not for a table.
      metric: sumMetric('AWS/DynamoDB', 'UserErrors').with({ period: Duration.minutes(5) }),
      when: { above: USER_ERRORS, periods: 3 },
    }),
  ];
}

/** Adds metrics; missing data counts as zero. */
function sum(label: string, usingMetrics: Record<string, IMetric>): IMetric {
  const expression = Object.keys(usingMetrics)
    .map((name) => `FILL(${name}, 0)`)
    .join(' + ');
  return new MathExpression({ expression, label, period: PERIOD, usingMetrics });
}

/** Alarms on port exhaustion and dropped packets of each NAT gateway. */
export function natAlarms(scope: Construct, natGatewayIds: readonly string[]): readonly Alarm[] {
  return natGatewayIds.flatMap((natGatewayId, index) => [
    runbookAlarm(scope, `NatPortsExhausted${index}`, {
      means: 'A NAT gateway has no free ports. This affects logs, metrics and sessions, not timestamps.',
      runbook: 'find the source in the flow logs; set nat=per-az to distribute the traffic.',
      metric: natMetric(natGatewayId, 'ErrorPortAllocation'),
      when: { above: 0, periods: 3 },
    }),
    runbookAlarm(scope, `NatDrops${index}`, {
      means: 'A NAT gateway drops packets.',
      runbook: 'check the AWS Health Dashboard; the fleet still writes through its gateway endpoint.',
      metric: natMetric(natGatewayId, 'PacketsDropCount'),
      when: { above: 100, periods: 5, breaching: 3 },
    }),
  ]);
}
