import { Alarm, type AlarmBase, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { priorityOf } from './alarm-priorities.ts';

/** The text of an alarm: what it means, and where the operator should look first. */
export interface AlarmText {
  readonly means: string;
  readonly runbook: string;
}

const COMPARISONS = {
  above: ComparisonOperator.GREATER_THAN_THRESHOLD,
  below: ComparisonOperator.LESS_THAN_THRESHOLD,
  atMost: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
} as const;

/** The threshold, and the number of `periods`; at least `breaching` of them, by default all, must breach it. */
type Condition = ({ readonly above: number } | { readonly below: number } | { readonly atMost: number }) & {
  readonly periods: number;
  readonly breaching?: number;
};

export interface RunbookAlarmProps extends AlarmText {
  readonly metric: IMetric;
  readonly when: Condition;
  /** What missing data means. @default - not breaching */
  readonly missing?: TreatMissingData;
}

/** Creates an alarm whose description contains its runbook. */
export function runbookAlarm(
  scope: Construct,
  id: string,
  { metric, when, missing, ...text }: RunbookAlarmProps,
): Alarm {
  const { periods, breaching = periods, ...bound } = when;
  const [[comparison, threshold]] = Object.entries(bound) as [[keyof typeof COMPARISONS, number]];
  return new Alarm(scope, id, {
    alarmDescription: describeAlarm(text),
    metric,
    comparisonOperator: COMPARISONS[comparison],
    threshold,
    evaluationPeriods: periods,
    datapointsToAlarm: breaching,
    treatMissingData: missing ?? TreatMissingData.NOT_BREACHING,
  });
}

/** The description of an alarm, which is part of the notification. */
export function describeAlarm({ means, runbook }: AlarmText): string {
  return `${means} Runbook: ${runbook}`;
}

/** The topics of a stage, by priority. */
export interface AlarmTopics {
  readonly page: ITopic;
  readonly ticket: ITopic;
}

/**
 * Notifies the topic of the alarm's priority when the alarm is raised. A pager needs to know when it clears as well;
 * of tickets, `npm run status` shows what is still in ALARM.
 */
export function notify(topics: AlarmTopics, alarm: AlarmBase): void {
  const priority = priorityOf(alarm.node.id);
  if (priority === 'none') return;
  const action = new SnsAction(topics[priority]);
  alarm.addAlarmAction(action);
  if (priority === 'page') alarm.addOkAction(action);
}
