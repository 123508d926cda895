import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AnomalyDetectionAlarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { describeAlarm, runbookAlarm } from '../../runbook-alarm.ts';
import type { LoadBalancer } from '../../service/load-balancer.ts';
import { clientErrors, requests } from '../../service/traffic-metrics.ts';
import { orZero, PERIOD } from '../metrics.ts';

/** Standard deviations. With 2, CloudWatch's default, one period in twenty is outside by chance. */
const BAND = 4;

/** Percentage of requests with a 4xx answer that a few wrong clients do not explain. */
const CLIENT_ERROR_PERCENT = 20;
/** Requests a minute below which the percentage says nothing. */
const FEW_REQUESTS = 60;

/** Alarms on what clients do: far more or fewer requests than usual, and many that are wrong. */
export function trafficAlarms(scope: Construct, loadBalancer: LoadBalancer): readonly Alarm[] {
  return [
    new AnomalyDetectionAlarm(scope, 'UnusualTraffic', {
      alarmDescription: describeAlarm({
        means: 'For half an hour there were far more or fewer requests than usual at this hour of the week.',
        runbook: 'fewer: can clients reach the name, and do they get errors? More: who sends them (access logs)?',
      }),
      // Without requests the load balancer sends no data. The zeros show the loss of all traffic; in a stage that is
      // seldom used they are usual.
      metric: orZero('requests', requests(loadBalancer, Duration.minutes(5))),
      stdDevs: BAND,
      comparisonOperator: ComparisonOperator.LESS_THAN_LOWER_OR_GREATER_THAN_UPPER_THRESHOLD,
      evaluationPeriods: 6,
      datapointsToAlarm: 6,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }),
    runbookAlarm(scope, 'ClientErrors', {
      means: `More than ${CLIENT_ERROR_PERCENT} % of requests were answered with 4xx for a quarter of an hour.`,
      runbook: 'find status and path in the access logs. 401: was a token replaced? 429: the rate limit.',
      metric: clientErrorPercent(loadBalancer),
      when: { above: CLIENT_ERROR_PERCENT, periods: 15, breaching: 12 },
    }),
  ];
}

/** Percentage of requests that fleet or load balancer answered with 4xx; zero while there are few. */
function clientErrorPercent(loadBalancer: LoadBalancer): IMetric {
  return new MathExpression({
    expression: `IF(requests < ${FEW_REQUESTS}, 0, 100 * (FILL(target, 0) + FILL(elb, 0)) / requests)`,
    label: '4xx %',
    period: PERIOD,
    usingMetrics: { ...clientErrors(loadBalancer), requests: requests(loadBalancer) },
  });
}
