import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { describeAlarm, runbookAlarm } from '../runbook-alarm.ts';
import type { LoadBalancer } from '../service/load-balancer.ts';
import { serverErrorPercent } from '../service/traffic-metrics.ts';
import {
  BURN_RATES,
  type BurnRate,
  budgetSpentPercent,
  errorPercentAt,
  SLO_PERCENT,
  SLO_WINDOW_DAYS,
} from './burn-rate.ts';

/** One alarm for each burn rate, raised while both of its windows burn. */
export const burnRateAlarms = (scope: Construct, loadBalancer: LoadBalancer): readonly CompositeAlarm[] =>
  BURN_RATES.map((rate) => {
    const windows = [windowAlarm(scope, rate, 'Long', loadBalancer), windowAlarm(scope, rate, 'Short', loadBalancer)];
    return new CompositeAlarm(scope, `${rate.name}Burn`, {
      alarmRule: AlarmRule.allOf(...windows.map((window) => AlarmRule.fromAlarm(window, AlarmState.ALARM))),
      alarmDescription: describeAlarm({
        means: `${budgetSpentPercent(rate).toFixed(0)} % of the ${SLO_WINDOW_DAYS}-day error budget (${SLO_PERCENT} %) burnt within ${rate.longMinutes} minutes.`,
        runbook: 'as for ServerErrors; if it is slow and steady, stop deploying until the budget recovers.',
      }),
    });
  });

function windowAlarm(scope: Construct, rate: BurnRate, window: 'Long' | 'Short', loadBalancer: LoadBalancer): Alarm {
  const minutes = window === 'Long' ? rate.longMinutes : rate.shortMinutes;
  return runbookAlarm(scope, `${rate.name}Burn${window}`, {
    means: `Over ${minutes} minutes the error budget burnt ${rate.factor} times too fast.`,
    runbook: `none of its own; see the alarm ${rate.name}Burn.`,
    metric: serverErrorPercent(loadBalancer, Duration.minutes(minutes)),
    comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: errorPercentAt(rate),
    periods: 1,
    missing: TreatMissingData.NOT_BREACHING,
  });
}
