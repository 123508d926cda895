import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { METRIC_NAMESPACE } from '../../server/contract.ts';
import { fleetName } from '../contract.ts';
import type { DataStack } from '../data/stack.ts';
import { sessionManagerStatement } from '../network/operator-access.ts';
import type { Settings } from '../settings/table.ts';

/** What an instance of this stage may touch. */
export interface InstanceRoleProps {
  readonly stage: string;
  readonly settings: Settings;
  readonly data: DataStack;
}

/** The role of an instance: this table, this metric namespace, these log groups, its own lifecycle hook, sessions. */
export function instanceRole(scope: Construct, id: string, { stage, settings, data }: InstanceRoleProps): Role {
  const role = new Role(scope, id, { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  data.timestamps.grantRecord(role);
  role.addToPolicy(metricsStatement());
  role.addToPolicy(logsStatement(data));
  role.addToPolicy(launchHookStatement(scope, stage));
  role.addToPolicy(sessionManagerStatement());
  if (settings.tracing) role.addToPolicy(tracingStatement());
  return role;
}

/** PutMetricData knows no resources; the condition is what limits it. */
const metricsStatement = (): PolicyStatement =>
  new PolicyStatement({
    sid: 'OwnMetrics',
    actions: ['cloudwatch:PutMetricData'],
    resources: ['*'],
    conditions: { StringEquals: { 'cloudwatch:namespace': METRIC_NAMESPACE } },
  });

const logsStatement = ({ logs }: DataStack): PolicyStatement =>
  new PolicyStatement({
    sid: 'OwnLogGroups',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
    resources: [logs.app.logGroupArn, logs.system.logGroupArn],
  });

const launchHookStatement = (scope: Construct, stage: string): PolicyStatement =>
  new PolicyStatement({
    sid: 'CompleteOwnLaunch',
    actions: ['autoscaling:CompleteLifecycleAction'],
    resources: [
      Stack.of(scope).formatArn({
        service: 'autoscaling',
        // The part of the id that AWS draws is not known before the group exists.
        resource: `autoScalingGroup:*:autoScalingGroupName/${fleetName(stage)}`,
      }),
    ],
  });

/** X-Ray's write actions know no resources. */
const tracingStatement = (): PolicyStatement =>
  new PolicyStatement({
    sid: 'Traces',
    actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
    resources: ['*'],
  });
