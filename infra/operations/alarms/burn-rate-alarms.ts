import { Duration } from 'aws-cdk-lib';
import { type Alarm, AlarmRule, AlarmState, CompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { describeAlarm, runbookAlarm } from '../../runbook-alarm.ts';
import type { LoadBalancer } from '../../service/load-balancer.ts';
import { serverErrorPercent } from '../../service/traffic-metrics.ts';

/** Service level objective: the percentage of requests without a server error. */
const SLO_PERCENT = 99.9;

/** Days for which the objective applies. */
const SLO_WINDOW_DAYS = 30;

/** A pair of windows that must both burn too fast: the long one avoids false alarms, the short one clears quickly. */
interface BurnRate {
  readonly name: string;
  /** Multiple of the allowed burn rate. */
  readonly factor: number;
  readonly longMinutes: number;
  readonly shortMinutes: number;
}

/** Values of Google's SRE workbook: 2 % of the budget in an hour, 5 % in six hours. */
export const BURN_RATES: readonly BurnRate[] = [
  { name: 'Fast', factor: 14.4, longMinutes: 60, shortMinutes: 5 },
  { name: 'Slow', factor: 6, longMinutes: 360, shortMinutes: 30 },
];

/** Percentage of the budget that the long window consumes at this rate. */
export function budgetSpentPercent({ factor, longMinutes }: BurnRate): number {
  return (100 * factor * longMinutes) / (SLO_WINDOW_DAYS * 24 * 60);
}

/** Percentage of failed requests at which the budget burns at this rate. */
export function errorPercentAt({ factor }: BurnRate): number {
  return Number((factor * (100 - SLO_PERCENT)).toFixed(6));
}

/** One alarm for each burn rate, raised while both of its windows are. */
export function burnRateAlarms(scope: Construct, loadBalancer: LoadBalancer): readonly CompositeAlarm[] {
  return BURN_RATES.map((rate) => {
    const windows = [windowAlarm(scope, rate, 'Long', loadBalancer), windowAlarm(scope, rate, 'Short', loadBalancer)];
    return new CompositeAlarm(scope, `${rate.name}Burn`, {
      alarmRule: AlarmRule.allOf(...windows.map((window) => AlarmRule.fromAlarm(window, AlarmState.ALARM))),
      alarmDescription: describeAlarm({
        means: `${budgetSpentPercent(rate).toFixed(0)} % of the ${SLO_WINDOW_DAYS}-day error budget (${SLO_PERCENT} %) burned within ${rate.longMinutes} minutes.`,
        runbook: 'as for ServerErrors; stop deployments until the budget has recovered.',
      }),
    });
  });
}

function windowAlarm(scope: Construct, rate: BurnRate, window: 'Long' | 'Short', loadBalancer: LoadBalancer): Alarm {
  const minutes = window === 'Long' ? rate.longMinutes : rate.shortMinutes;
  return runbookAlarm(scope, `${rate.name}Burn${window}`, {
    means: `Over ${minutes} minutes the error budget burned ${rate.factor} times too fast.`,
    runbook: `none of its own; see the alarm ${rate.name}Burn.`,
    metric: serverErrorPercent(loadBalancer, Duration.minutes(minutes)),
    when: { above: errorPercentAt(rate), periods: 1 },
  });
}
