import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { METRIC_PERIOD_S } from '../../server/contract.ts';
import { runbookAlarm } from '../runbook-alarm.ts';

const period = Duration.seconds(METRIC_PERIOD_S);

/** Operations by which the server uses the table; DynamoDB counts its own errors by operation. */
const OPERATIONS = ['PutItem', 'UpdateItem', 'GetItem', 'Query'] as const;

/** A metric of the table, or of one operation on it. */
export const tableMetric = (tableName: string, metricName: string, operation?: string): Metric =>
  new Metric({
    namespace: 'AWS/DynamoDB',
    metricName,
    dimensionsMap: { TableName: tableName, ...(operation && { Operation: operation }) },
    statistic: Stats.SUM,
    period,
  });

/** Alarms on the database. */
export interface TableAlarms {
  readonly throttles: Alarm;
  readonly systemErrors: Alarm;
}

/** Watches for refusals and faults of DynamoDB. */
export const tableAlarms = (scope: Construct, tableName: string): TableAlarms => ({
  throttles: runbookAlarm(scope, 'TableThrottles', {
    means: 'DynamoDB refused reads or writes for want of capacity.',
    runbook:
      'one hot shard (look at contributor insights): raise tableShards; the whole table: raise peakRate, which sets its limit.',
    metric: sum('throttles', {
      writes: tableMetric(tableName, 'WriteThrottleEvents'),
      reads: tableMetric(tableName, 'ReadThrottleEvents'),
    }),
    comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: 0,
    periods: 3,
    breaching: 2,
    missing: TreatMissingData.NOT_BREACHING,
  }),
  systemErrors: runbookAlarm(scope, 'TableSystemErrors', {
    means: 'DynamoDB answers with errors of its own.',
    runbook:
      'look at the AWS Health Dashboard of the region; the server retries by itself, users see 503 only if it lasts.',
    metric: sum(
      'system errors',
      Object.fromEntries(
        OPERATIONS.map((operation) => [operation.toLowerCase(), tableMetric(tableName, 'SystemErrors', operation)]),
      ),
    ),
    comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: 5,
    periods: 3,
    breaching: 2,
    missing: TreatMissingData.NOT_BREACHING,
  }),
});

/** Adds metrics up, counting those without data as zero. */
const sum = (label: string, usingMetrics: Record<string, IMetric>): IMetric =>
  new MathExpression({
    expression: Object.keys(usingMetrics)
      .map((name) => `FILL(${name}, 0)`)
      .join(' + '),
    label,
    period,
    usingMetrics,
  });
