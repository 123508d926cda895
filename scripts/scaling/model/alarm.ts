/** State of a metric alarm, in CloudWatch's words. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** How a data point is compared with the threshold; it breaches when the comparison holds. */
const COMPARISONS = {
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
};

/** What replaces data points that never arrived. */
export type MissingData = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

/** The part of a CloudWatch metric alarm that decides its state. */
export interface AlarmRule {
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: keyof typeof COMPARISONS;
  readonly treatMissingData: MissingData;
}

/** Aggregated value of one period; undefined when nothing was reported in it. */
export type Datapoint = number | undefined;

/**
 * CloudWatch looks at more periods than it evaluates, so that late points can be replaced by older ones. The
 * documentation gives the number by example only (5 for 3 evaluation periods).
 */
const EXTRA_PERIODS_LOOKED_AT = 2;

/** Number of recent periods that an alarm looks at: the *evaluation range* of the documentation. */
export function evaluationRange(rule: AlarmRule): number {
  return rule.evaluationPeriods + EXTRA_PERIODS_LOOKED_AT;
}

/** True when a value is on the alarm's side of the threshold. */
export function breaches(value: number, { comparison, threshold }: AlarmRule): boolean {
  return COMPARISONS[comparison](value, threshold);
}

/**
 * State of an alarm after the given data points, oldest first, the last one being the period that just ended.
 *
 * Follows "Configuring how CloudWatch alarms treat missing data", tables and "Avoiding premature transitions to alarm
 * state": https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function evaluateAlarm(rule: AlarmRule, datapoints: readonly Datapoint[], previous: AlarmState): AlarmState {
  const range = datapoints.slice(-evaluationRange(rule));
  const real = evaluatedDatapoints(rule, range);
  const breaching = real.filter((value) => breaches(value, rule)).length;
  if (breaching >= rule.datapointsToAlarm) return 'ALARM';
  const filled = rule.evaluationPeriods - real.length;
  const treatment = rule.treatMissingData;
  if (treatment === 'breaching') return breaching + filled >= rule.datapointsToAlarm ? 'ALARM' : 'OK';
  if (filled === 0 || treatment === 'notBreaching' || real.length > breaching) return 'OK';
  if (treatment === 'ignore') return previous;
  return isOldEnoughToAlarm(rule, range) ? 'ALARM' : 'INSUFFICIENT_DATA';
}

/** The points an evaluation counts: the most recent real ones, at most as many as there are evaluation periods. */
export function evaluatedDatapoints(rule: AlarmRule, datapoints: readonly Datapoint[]): number[] {
  const real = datapoints.slice(-evaluationRange(rule)).filter((value) => value !== undefined);
  return real.slice(-rule.evaluationPeriods);
}

/** Whether the oldest point lies so far back that waiting for more data would delay the alarm beyond its settings. */
function isOldEnoughToAlarm(rule: AlarmRule, range: readonly Datapoint[]): boolean {
  const oldest = range.findIndex((value) => value !== undefined);
  return oldest >= 0 && range.length - oldest >= rule.datapointsToAlarm;
}
