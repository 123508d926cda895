import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from '../../server/contract.ts';
import { type MetricPoint, type MetricQuery, readMetrics } from '../aws/cloudwatch.ts';

/** Short enough for current values, and long enough that a day fits into one answer. */
const PERIOD_S = 300;

const DAY_MS = 86_400_000;

/** An older value is not current: the metric is no longer published. */
const CURRENT_MS = 15 * 60_000;

/** What the metrics of a stage say about its last 24 hours, and now. Undefined means: not published. */
export type Measures = Awaited<ReturnType<typeof readMeasures>>;

interface Sources {
  readonly stage: string;
  readonly group: string;
  readonly tableName: string;
}

/** Reads the metrics of the last 24 hours. */
export async function readMeasures({ stage, group, tableName }: Sources, now: Date) {
  const own = (metric: keyof typeof METRICS, statistic: MetricQuery['statistic']) => ({
    namespace: METRIC_NAMESPACE,
    name: METRICS[metric].name,
    dimensions: { [METRIC_DIMENSIONS.stage]: stage, [METRIC_DIMENSIONS.autoScalingGroup]: group },
    statistic,
    periodS: PERIOD_S,
  });
  const queries = {
    recorded: own('timestampsRecorded', 'Sum'),
    spilled: own('timestampsSpilled', 'Sum'),
    failed: own('timestampsFailed', 'Sum'),
    blockUnits: own('writeUnits', 'Sum'),
    clockErrorMs: own('clockErrorBound', 'Maximum'),
    spillAgeS: own('oldestSpillAge', 'Maximum'),
    deadLetters: own('deadLetters', 'Maximum'),
    replicationLagS: own('replicationLag', 'Maximum'),
    tableUnits: {
      namespace: 'AWS/DynamoDB',
      name: 'ConsumedWriteCapacityUnits',
      dimensions: { TableName: tableName },
      statistic: 'Sum',
      periodS: PERIOD_S,
    },
    instances: {
      namespace: 'AWS/AutoScaling',
      name: 'GroupInServiceInstances',
      dimensions: { AutoScalingGroupName: group },
      statistic: 'Average',
      periodS: PERIOD_S,
    },
  } as const;
  const to = new Date(Math.floor(now.getTime() / (PERIOD_S * 1_000)) * PERIOD_S * 1_000);
  const points = await readMetrics(queries, new Date(to.getTime() - DAY_MS), now);
  const current = (name: keyof typeof points) => currentOf(points[name], now);
  return {
    recorded: sumOf(points.recorded),
    spilled: sumOf(points.spilled),
    failed: sumOf(points.failed),
    blockUnits: sumOf(points.blockUnits),
    tableUnits: sumOf(points.tableUnits),
    instances: points.instances.length > 0 ? sumOf(points.instances) / points.instances.length : undefined,
    clockErrorMs: current('clockErrorMs'),
    spillAgeS: current('spillAgeS'),
    deadLetters: current('deadLetters'),
    replicationLagS: current('replicationLagS'),
  };
}

function sumOf(points: readonly MetricPoint[]): number {
  return points.reduce((sum, { value }) => sum + value, 0);
}

function currentOf(points: readonly MetricPoint[], now: Date): number | undefined {
  const newest = points.at(-1);
  return newest && now.getTime() - newest.at.getTime() < CURRENT_MS ? newest.value : undefined;
}

const RESTORE_CHECK_DAYS = 62;

/** When the check of the monthly restore test succeeded last (its day); undefined if it did not within two months. */
export async function lastRestoreCheck(stateMachineArn: string, now: Date): Promise<Date | undefined> {
  const check = {
    namespace: 'AWS/States',
    name: 'ExecutionsSucceeded',
    dimensions: { StateMachineArn: stateMachineArn },
    statistic: 'Sum',
    periodS: 86_400,
  } as const;
  const from = new Date(now.getTime() - RESTORE_CHECK_DAYS * DAY_MS);
  const { succeeded } = await readMetrics({ succeeded: check }, from, now);
  return succeeded.findLast(({ value }) => value > 0)?.at;
}
