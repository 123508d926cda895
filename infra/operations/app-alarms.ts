import { Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { runbookAlarm } from '../runbook-alarm.ts';
import type { AppMetrics } from './metrics.ts';

/** Clock error, in milliseconds, above which the timestamps are not accurate enough. */
const CLOCK_ERROR_MS = 5;

/** Alarms on the server's own metrics: commits, heartbeat, clock and worker restarts. */
export function appAlarms(scope: Construct, metric: AppMetrics) {
  return {
    commitFailures: runbookAlarm(scope, 'CommitFailures', {
      means: 'Timestamps could not be written and their clients were told so.',
      runbook:
        'look at the throttles and system errors of the table; then search the log group app for the error code.',
      metric: metric('timestampsFailed', Stats.SUM),
      when: { above: 0, periods: 3, breaching: 2 },
    }),
    heartbeat: runbookAlarm(scope, 'NoHeartbeat', {
      means: 'No instance has reported for five minutes; each reports every minute, even when nobody asks anything.',
      runbook:
        'if requests are answered, only the way to CloudWatch is broken (NAT, role); else see the group’s activity history.',
      metric: metric('timestampsRecorded', Stats.SAMPLE_COUNT),
      when: { below: 1, periods: 5 },
      missing: TreatMissingData.BREACHING,
    }),
    clockError: runbookAlarm(scope, 'ClockError', {
      means: `The clock of an instance may be off by more than ${CLOCK_ERROR_MS} ms.`,
      runbook: 'find the instance by its log stream, ask it chronyc tracking; terminate it if it does not settle.',
      metric: metric('clockErrorBound', Stats.MAXIMUM),
      when: { above: CLOCK_ERROR_MS, periods: 5, breaching: 3 },
    }),
    restarts: runbookAlarm(scope, 'WorkerRestarts', {
      means: 'Workers of the server keep being restarted.',
      runbook: 'search the log group app for fatal errors; if it began with a deploy, deploy the previous image.',
      metric: metric('workerRestarts', Stats.SUM),
      when: { above: 2, periods: 15, breaching: 3 },
    }),
  };
}
