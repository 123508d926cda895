import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type AlarmText, runbookAlarm } from '../runbook-alarm.ts';
import { sumMetric } from './metrics.ts';

export interface FailureAlarmsProps {
  readonly groupName: string;
  readonly alarmTopic: ITopic;
}

interface Failure extends AlarmText {
  readonly detailTypes: readonly string[];
}

const FAILURES: Readonly<Record<string, Failure>> = {
  LaunchFailed: {
    detailTypes: ['EC2 Instance Launch Unsuccessful'],
    means: 'Auto Scaling could not launch an instance.',
    runbook: 'the event contains the cause: no capacity (change instanceType), a quota, or a deleted image.',
  },
  RefreshFailed: {
    detailTypes: [
      'EC2 Auto Scaling Instance Refresh Failed',
      'EC2 Auto Scaling Instance Refresh Rollback Started',
      'EC2 Auto Scaling Instance Refresh Rollback Failed',
    ],
    means: 'A deployment was rolled back or is stuck.',
    runbook: 'the event contains the alarm or health check that stopped it; fix the image; the previous one is in use.',
  },
};

/** Forwards Auto Scaling's failure events to the topic and raises an alarm for each kind. */
export function failureAlarms(
  scope: Construct,
  id: string,
  { groupName, alarmTopic }: FailureAlarmsProps,
): readonly Alarm[] {
  const failures = new Construct(scope, id);
  return Object.entries(FAILURES).map(([name, { detailTypes, means, runbook }]) => {
    const rule = new Rule(failures, name, {
      description: means,
      eventPattern: {
        source: ['aws.autoscaling'],
        detailType: [...detailTypes],
        detail: { AutoScalingGroupName: [groupName] },
      },
      targets: [new SnsTopic(alarmTopic)],
    });
    return runbookAlarm(failures, `${name}Alarm`, {
      means,
      runbook,
      metric: sumMetric('Events', 'MatchedEvents', { RuleName: rule.ruleName }),
      when: { above: 0, periods: 1 },
    });
  });
}
