import {
  Alarm,
  type AlarmBase,
  type ComparisonOperator,
  type IMetric,
  type TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** An alarm as the woken person should meet it: what it means, and where to look first. */
export interface RunbookAlarmProps {
  readonly means: string;
  readonly runbook: string;
  readonly metric: IMetric;
  readonly comparison: ComparisonOperator;
  readonly threshold: number;
  readonly periods: number;
  /** How many of the periods must breach. @default - all of them */
  readonly breaching?: number;
  readonly missing: TreatMissingData;
}

/** Makes an alarm whose description carries its runbook. */
export const runbookAlarm = (scope: Construct, id: string, props: RunbookAlarmProps): Alarm =>
  new Alarm(scope, id, {
    alarmDescription: describeAlarm(props),
    metric: props.metric,
    comparisonOperator: props.comparison,
    threshold: props.threshold,
    evaluationPeriods: props.periods,
    datapointsToAlarm: props.breaching ?? props.periods,
    treatMissingData: props.missing,
  });

/** The text that people read in the notification. */
export const describeAlarm = ({ means, runbook }: { readonly means: string; readonly runbook: string }): string =>
  `${means} Runbook: ${runbook}`;

/** Tells people when the alarm begins and when it ends. */
export function notify(people: ITopic, alarm: AlarmBase): void {
  const action = new SnsAction(people);
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
}
