import { Duration } from 'aws-cdk-lib';
import { type Alarm, AlarmRule, AlarmState, CompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { describeAlarm, runbookAlarm } from '../runbook-alarm.ts';
import type { LoadBalancer } from '../service/load-balancer.ts';
import { serverErrorPercent } from '../service/traffic-metrics.ts';

/** Service level objective: this share of requests is answered without a server error. */
const SLO_PERCENT = 99.9;

/** Days over which the objective is measured. */
const SLO_WINDOW_DAYS = 30;

/** A pair of windows in which the error budget must burn too fast: the long one is certain, the short one ends soon. */
interface BurnRate {
  readonly name: string;
  /** How many times faster than allowed the budget burns. */
  readonly factor: number;
  readonly longMinutes: number;
  readonly shortMinutes: number;
}

/** The pairs of Google's SRE workbook: 2 % of the budget in an hour is urgent, 5 % in six hours is work for today. */
export const BURN_RATES: readonly BurnRate[] = [
  { name: 'Fast', factor: 14.4, longMinutes: 60, shortMinutes: 5 },
  { name: 'Slow', factor: 6, longMinutes: 360, shortMinutes: 30 },
];

/** Share of the budget, in percent, that is spent when the long window has burned at this rate. */
export function budgetSpentPercent({ factor, longMinutes }: BurnRate): number {
  return (100 * factor * longMinutes) / (SLO_WINDOW_DAYS * 24 * 60);
}

/** Share of requests, in percent, that may fail within a window before the budget burns too fast. */
export function errorPercentAt({ factor }: BurnRate): number {
  return Number((factor * (100 - SLO_PERCENT)).toFixed(6));
}

/** One alarm for each burn rate, raised while both of its windows burn. */
export function burnRateAlarms(scope: Construct, loadBalancer: LoadBalancer): readonly CompositeAlarm[] {
  return BURN_RATES.map((rate) => {
    const windows = [windowAlarm(scope, rate, 'Long', loadBalancer), windowAlarm(scope, rate, 'Short', loadBalancer)];
    return new CompositeAlarm(scope, `${rate.name}Burn`, {
      alarmRule: AlarmRule.allOf(...windows.map((window) => AlarmRule.fromAlarm(window, AlarmState.ALARM))),
      alarmDescription: describeAlarm({
        means: `${budgetSpentPercent(rate).toFixed(0)} % of the ${SLO_WINDOW_DAYS}-day error budget (${SLO_PERCENT} %) burned within ${rate.longMinutes} minutes.`,
        runbook: 'as for ServerErrors; stop deploying until the budget recovers.',
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
