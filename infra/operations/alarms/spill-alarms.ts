import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { runbookAlarm } from '../../runbook-alarm.ts';
import { type AppMetrics, PERIOD } from '../metrics.ts';

/** Age of a spilled block, in seconds, that only a long outage explains. */
const OLDEST_SPILL_S = 15 * 60;

/** Alarms on the spill bucket: blocks that enter it, stay in it, or are refused by the table, and its loss. */
export function spillAlarms(scope: Construct, metric: AppMetrics) {
  return [
    runbookAlarm(scope, 'SpilledTimestamps', {
      means: 'DynamoDB did not take timestamps in time: they are in the spill bucket, their clients got 202.',
      runbook: 'check the AWS Health Dashboard and the throttles of the table; nothing is lost, the fleet drains it.',
      metric: metric('timestampsSpilled', Stats.SUM),
      when: { above: 0, periods: 1 },
    }),
    runbookAlarm(scope, 'SpillNotDrained', {
      means: `A block has been in the spill bucket for more than ${OLDEST_SPILL_S / 60} minutes.`,
      runbook: 'DynamoDB is still away, or the fleet cannot drain: search the log group app for "drain".',
      metric: metric('oldestSpillAge', Stats.MAXIMUM),
      when: { above: OLDEST_SPILL_S, periods: 5, breaching: 3 },
    }),
    runbookAlarm(scope, 'SpillUnreachable', {
      means: 'An instance cannot list the spill bucket: if DynamoDB failed as well, clients would get 503.',
      runbook:
        'search the log group app for "drain: fails"; npm run plan shows changed rights, policies and endpoints.',
      // Each instance sends both once a minute. Without instances there is no data, which NoHeartbeat reports.
      metric: new MathExpression({
        expression: 'instances - FILL(spills, 0)',
        label: 'instances without a listing of the spill bucket',
        period: PERIOD,
        usingMetrics: {
          instances: metric('timestampsRecorded', Stats.SAMPLE_COUNT),
          spills: metric('oldestSpillAge', Stats.SAMPLE_COUNT),
        },
      }),
      when: { above: 0, periods: 15, breaching: 10 },
    }),
    runbookAlarm(scope, 'DeadLetters', {
      means: 'DynamoDB refused spilled blocks: acknowledged timestamps are not in the table.',
      runbook: 'npm run replay lists the blocks with their reasons; remove the cause, then add --apply.',
      metric: metric('deadLetters', Stats.MAXIMUM),
      when: { above: 0, periods: 1 },
    }),
  ];
}
