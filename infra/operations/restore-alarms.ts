import { Duration } from 'aws-cdk-lib';
import { type Alarm, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { runbookAlarm } from '../runbook-alarm.ts';

/** The alarm on the monthly restore test: it failed, or did not run. */
export function restoreAlarms(scope: Construct, check: StateMachine | undefined): readonly Alarm[] {
  if (!check) return [];
  const hour = { period: Duration.hours(1) };
  return [
    runbookAlarm(scope, 'RestoreTestFailed', {
      means: "This month's restore test restored no table: it failed, has not ended, or did not run.",
      runbook: 'read the cause in the last execution of the check; restore the backup by hand if that is not clear.',
      metric: new MathExpression({
        expression: 'FILL(failed, 0) + FILL(timedOut, 0)',
        label: 'failed checks',
        ...hour,
        usingMetrics: { failed: check.metricFailed(hour), timedOut: check.metricTimedOut(hour) },
      }),
      when: { above: 0, periods: 1 },
    }),
  ];
}
