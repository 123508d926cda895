import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { bastionName, fleetName } from '../../contract.ts';
import { type AlarmText, runbookAlarm } from '../../runbook-alarm.ts';
import { sumMetric } from '../metrics.ts';

export interface FailureAlarmsProps {
  readonly stage: string;
  readonly tickets: ITopic;
}

interface Failure extends AlarmText {
  readonly detailTypes: readonly string[];
}

const FAILURES: Readonly<Record<string, Failure>> = {
  LaunchFailed: {
    detailTypes: ['EC2 Instance Launch Unsuccessful'],
    means: 'Auto Scaling could not launch an instance.',
    runbook: 'the event contains the cause: no capacity (add alternativeFamilies), a quota, or a deleted image.',
  },
  TerminateFailed: {
    detailTypes: ['EC2 Instance Terminate Unsuccessful'],
    means: 'Auto Scaling could not terminate an instance, which may serve or cost money without being needed.',
    runbook: 'the event contains the cause: check whether the instance is protected, then terminate it in EC2.',
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

/**
 * Forwards Auto Scaling's failure events to the topic for tickets and raises an alarm for each kind. Notifications of the groups
 * would not arrive: Auto Scaling sends them by its service-linked role, which may not use the topic's key.
 */
export function failureAlarms(scope: Construct, id: string, { stage, tickets }: FailureAlarmsProps): readonly Alarm[] {
  const failures = new Construct(scope, id);
  return Object.entries(FAILURES).map(([name, { detailTypes, means, runbook }]) => {
    const rule = new Rule(failures, name, {
      description: means,
      eventPattern: {
        source: ['aws.autoscaling'],
        detailType: [...detailTypes],
        detail: { AutoScalingGroupName: [fleetName(stage), bastionName(stage)] },
      },
      // CDK's target for topics would add a statement to the policy of the topic, which has one for EventBridge.
      targets: [{ bind: () => ({ arn: tickets.topicArn }) }],
    });
    return runbookAlarm(failures, `${name}Alarm`, {
      means,
      runbook,
      metric: sumMetric('AWS/Events', 'MatchedEvents', { RuleName: rule.ruleName }),
      when: { above: 0, periods: 1 },
    });
  });
}
