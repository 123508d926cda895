import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { runbookAlarm } from '../../runbook-alarm.ts';
import { failedExecutions } from '../metrics.ts';

/** The alarm on the monthly restore test: it failed, or did not run. */
export function restoreAlarms(scope: Construct, check: StateMachine | undefined): readonly Alarm[] {
  if (!check) return [];
  return [
    runbookAlarm(scope, 'RestoreTestFailed', {
      means: "This month's restore test restored no table: it failed, has not ended, or did not run.",
      runbook: 'read the cause in the last execution of the check; restore the backup by hand if that is not clear.',
      metric: failedExecutions(check),
      when: { above: 0, periods: 1 },
    }),
  ];
}
