import { Duration } from 'aws-cdk-lib';
import { type Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { runbookAlarm } from '../../runbook-alarm.ts';
import { ARCHIVE_LATE_DAYS } from '../../settings/retention-rules.ts';
import { failedExecutions, orZero } from '../metrics.ts';

/** Alarms on the export of the table: a run that failed, and days that are not exported. */
export function archiveAlarms(scope: Construct, stateMachine: StateMachine | undefined): readonly Alarm[] {
  if (!stateMachine) return [];
  return [
    runbookAlarm(scope, 'ArchiveFailed', {
      means: 'A run of the daily export failed. Nothing is lost: the next run exports the same day.',
      runbook: 'read the error in the last execution of the state machine; remove the cause and start it again.',
      metric: failedExecutions(stateMachine),
      when: { above: 0, periods: 1 },
    }),
    runbookAlarm(scope, 'ArchiveLate', {
      means: `No run of the daily export has succeeded for ${ARCHIVE_LATE_DAYS} days.`,
      runbook: 'start the state machine and watch its execution; it exports all missing days of the last 35.',
      // The metric itself would also be evaluated on older data, so its alarm would be raised days later:
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
      metric: orZero('succeeded', stateMachine.metricSucceeded({ period: Duration.days(1) }), 'successful executions'),
      when: { below: 1, periods: ARCHIVE_LATE_DAYS },
      // A run that is never started sends no data.
      missing: TreatMissingData.BREACHING,
    }),
  ];
}
