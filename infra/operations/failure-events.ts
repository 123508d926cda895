import { Duration } from 'aws-cdk-lib';
import { type Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { METRIC_PERIOD_S } from '../../server/contract.ts';
import { runbookAlarm } from '../runbook-alarm.ts';

/** Whose failures to report, and to whom. */
export interface FailureEventsProps {
  readonly groupName: string;
  readonly people: ITopic;
}

interface Failure {
  readonly detailTypes: readonly string[];
  readonly means: string;
  readonly runbook: string;
}

const FAILURES: Readonly<Record<string, Failure>> = {
  LaunchFailed: {
    detailTypes: ['EC2 Instance Launch Unsuccessful'],
    means: 'Auto Scaling could not launch an instance.',
    runbook:
      'the event tells the cause: no capacity (choose another instanceType), a quota, or an image that was deleted.',
  },
  RefreshFailed: {
    detailTypes: [
      'EC2 Auto Scaling Instance Refresh Failed',
      'EC2 Auto Scaling Instance Refresh Rollback Started',
      'EC2 Auto Scaling Instance Refresh Rollback Failed',
    ],
    means: 'A deploy was rolled back or got stuck.',
    runbook:
      'the event tells the alarm or the health check that stopped it; fix the image, the old one is being restored.',
  },
};

/** Tells people of failures that Auto Scaling reports as events, in full, and keeps an alarm of each kind for the overview. */
export class FailureEvents extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { groupName, people }: FailureEventsProps) {
    super(scope, id);
    this.alarms = Object.entries(FAILURES).map(([name, { detailTypes, means, runbook }]) => {
      const rule = new Rule(this, name, {
        description: means,
        eventPattern: {
          source: ['aws.autoscaling'],
          detailType: [...detailTypes],
          detail: { AutoScalingGroupName: [groupName] },
        },
        targets: [new SnsTopic(people)],
      });
      return runbookAlarm(this, `${name}Alarm`, {
        means,
        runbook,
        metric: matchedEvents(rule),
        comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
        threshold: 0,
        periods: 1,
        missing: TreatMissingData.NOT_BREACHING,
      });
    });
  }
}

const matchedEvents = (rule: Rule): Metric =>
  new Metric({
    namespace: 'AWS/Events',
    metricName: 'MatchedEvents',
    dimensionsMap: { RuleName: rule.ruleName },
    statistic: Stats.SUM,
    period: Duration.seconds(METRIC_PERIOD_S),
  });
