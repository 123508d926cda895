import { type Alarm, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Construct } from 'constructs';
import type { Canary } from '../../canary/canary.ts';
import { type AlarmTopics, runbookAlarm } from '../../runbook-alarm.ts';

/** Milliseconds of the canary's POST, with a new connection, above which clients wait too long. */
const SLOW_MS = 1_000;

export interface CanaryAlarms {
  /** The alarms that show that users are affected. */
  readonly symptoms: readonly Alarm[];
  readonly silent: Alarm;
}

/** Alarms on what the canary sees, and on its silence. */
export function canaryAlarms(scope: Construct, canary: Canary, topics: AlarmTopics): CanaryAlarms {
  const failed = runbookAlarm(scope, 'CanaryFailed', {
    means: 'From outside, a timestamp could not be recorded and read back in two of three minutes.',
    runbook: 'read the reason in the log group canary; run npm run post with --verify to see it yourself.',
    metric: canary.success,
    when: { below: 100, periods: 3, breaching: 2 },
  });
  const slow = runbookAlarm(scope, 'CanarySlow', {
    means: `From outside, recording a timestamp takes more than ${SLOW_MS / 1_000} s.`,
    runbook: 'as for Slow; if the load balancer is fast, the network in front of it is slow.',
    metric: canary.postTime,
    when: { above: SLOW_MS, periods: 5, breaching: 3 },
  });
  const silent = runbookAlarm(scope, 'CanarySilent', {
    means: 'The canary has not run for ten minutes, so nothing checks the service from outside.',
    runbook: 'look at the function, its rule and its log group; the service itself may be fine.',
    metric: canary.success.with({ statistic: Stats.SAMPLE_COUNT }),
    when: { below: 1, periods: 10 },
    // INSUFFICIENT_DATA is the state of a new alarm, too. It has the action below, which a new alarm does not start.
    missing: TreatMissingData.MISSING,
  });
  silent.addInsufficientDataAction(new SnsAction(topics.ticket));
  return { symptoms: [failed, slow], silent };
}
