import { MathExpression, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { runbookAlarm } from '../../runbook-alarm.ts';
import { type AppMetrics, PERIOD } from '../metrics.ts';

/** Clock error, in milliseconds, above which the timestamps are not accurate enough. */
const CLOCK_ERROR_MS = 5;

/** Alarms on the server's own metrics: commits, heartbeat, clock and worker restarts. */
export function appAlarms(scope: Construct, metric: AppMetrics) {
  return {
    commitFailures: runbookAlarm(scope, 'CommitFailures', {
      means: 'Timestamps could not be written; their clients got an error.',
      runbook: 'check the throttles and system errors of the table; search the log group app for the error code.',
      metric: metric('timestampsFailed', Stats.SUM),
      when: { above: 0, periods: 3, breaching: 2 },
    }),
    heartbeat: runbookAlarm(scope, 'NoHeartbeat', {
      means: 'No instance has reported for five to ten minutes; each reports every minute, even without requests.',
      runbook: 'requests succeed: check NAT and role; otherwise read the activity history of the group.',
      metric: metric('timestampsRecorded', Stats.SAMPLE_COUNT),
      when: { below: 1, periods: 5 },
      missing: TreatMissingData.BREACHING,
    }),
    clockError: runbookAlarm(scope, 'ClockError', {
      means: `The clock of an instance may be off by more than ${CLOCK_ERROR_MS} ms.`,
      runbook: 'find the instance by its log stream, run chronyc tracking on it; terminate it unless it recovers.',
      metric: metric('clockErrorBound', Stats.MAXIMUM),
      when: { above: CLOCK_ERROR_MS, periods: 5, breaching: 3 },
    }),
    clockUnknown: runbookAlarm(scope, 'ClockUnknown', {
      means: 'An instance reports, but not the error of its clock: chrony does not answer or has no time source.',
      runbook: 'find the instance by systemctl status chrony on each; terminate it unless a restart of chrony helps.',
      // Each instance sends both once a minute. Without instances there is no data, which NoHeartbeat reports.
      metric: new MathExpression({
        expression: 'instances - FILL(clocks, 0)',
        label: 'instances without a clock error',
        period: PERIOD,
        usingMetrics: {
          instances: metric('timestampsRecorded', Stats.SAMPLE_COUNT),
          clocks: metric('clockErrorBound', Stats.SAMPLE_COUNT),
        },
      }),
      when: { above: 0, periods: 5, breaching: 3 },
    }),
    clockJumps: runbookAlarm(scope, 'ClockJumps', {
      means: 'The system clock of an instance jumped, so its workers were replaced.',
      runbook: 'search the log group app for "system clock jumped"; terminate an instance whose clock jumps again.',
      metric: metric('clockJumps', Stats.SUM),
      when: { above: 0, periods: 1 },
    }),
    restarts: runbookAlarm(scope, 'WorkerRestarts', {
      means: 'Workers of the server restarted in at least four minutes of the last hour.',
      runbook: 'search the log group app for fatal errors; if a deploy caused it, deploy the previous image.',
      metric: metric('workerRestarts', Stats.SUM),
      // Also a worker that dies every quarter of an hour. A reload of all workers takes a minute or two.
      when: { above: 0, periods: 60, breaching: 4 },
    }),
  };
}
