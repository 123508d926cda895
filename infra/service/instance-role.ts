import { Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { METRIC_NAMESPACE } from '../../server/contract.ts';
import { fleetName } from '../contract.ts';
import type { DataStack } from '../data/stack.ts';
import { sessionManagerStatement } from '../network/operator-access.ts';
import type { Settings } from '../settings/table.ts';
import { allow } from '../statement.ts';

/** The resources that an instance may use. */
export interface InstanceRoleProps {
  readonly stage: string;
  readonly settings: Settings;
  readonly data: DataStack;
}

/** The role of an instance: this table, this metric namespace, these log groups, its own lifecycle hook, sessions. */
export function instanceRole(scope: Construct, id: string, { stage, settings, data }: InstanceRoleProps): Role {
  const role = new Role(scope, id, { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  data.timestamps.grantRecord(role);
  // PutMetricData supports no resources; the condition limits it.
  const ownMetrics = { StringEquals: { 'cloudwatch:namespace': METRIC_NAMESPACE } };
  role.addToPolicy(allow('OwnMetrics', ['cloudwatch:PutMetricData'], ['*'], ownMetrics));
  role.addToPolicy(
    allow(
      'OwnLogGroups',
      ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      [data.logs.app.logGroupArn, data.logs.system.logGroupArn],
    ),
  );
  // AWS generates a part of the ARN when it creates the group.
  const ownGroup = Stack.of(scope).formatArn({
    service: 'autoscaling',
    resource: `autoScalingGroup:*:autoScalingGroupName/${fleetName(stage)}`,
  });
  role.addToPolicy(allow('CompleteOwnLaunch', ['autoscaling:CompleteLifecycleAction'], [ownGroup]));
  role.addToPolicy(sessionManagerStatement());
  // X-Ray's write actions support no resources.
  if (settings.tracing) role.addToPolicy(allow('Traces', TRACING_ACTIONS, ['*']));
  return role;
}

const TRACING_ACTIONS = [
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
];
