import { Alarm, type AlarmBase, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** The text of an alarm: what it means, and where the person on call should look first. */
export interface AlarmText {
  readonly means: string;
  readonly runbook: string;
}

/** An alarm with its text. */
export interface RunbookAlarmProps extends AlarmText {
  readonly metric: IMetric;
  /** @default - greater than the threshold */
  readonly comparison?: ComparisonOperator;
  readonly threshold: number;
  readonly periods: number;
  /** How many of the periods must breach. @default - all of them */
  readonly breaching?: number;
  /** What missing data means. @default - not breaching */
  readonly missing?: TreatMissingData;
}

/** Creates an alarm whose description contains its runbook. */
export function runbookAlarm(scope: Construct, id: string, props: RunbookAlarmProps): Alarm {
  return new Alarm(scope, id, {
    alarmDescription: describeAlarm(props),
    metric: props.metric,
    comparisonOperator: props.comparison ?? ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: props.threshold,
    evaluationPeriods: props.periods,
    datapointsToAlarm: props.breaching ?? props.periods,
    treatMissingData: props.missing ?? TreatMissingData.NOT_BREACHING,
  });
}

/** The text that people read in the notification. */
export function describeAlarm({ means, runbook }: AlarmText): string {
  return `${means} Runbook: ${runbook}`;
}

/** Notifies the topic when the alarm starts and when it ends. */
export function notify(topic: ITopic, alarm: AlarmBase): void {
  const action = new SnsAction(topic);
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
}
