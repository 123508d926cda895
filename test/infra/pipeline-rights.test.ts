import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EVERYTHING_ON, resourcesOf, synthesize } from './synthesize.ts';

/** The actions of each workflow command with the deploy role; cdk itself uses the bootstrap roles. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  promote: [
    'autoscaling:DescribeAutoScalingGroups',
    'cloudformation:DescribeStacks',
    'ec2:CreateTags',
    'ec2:DescribeImages',
    'ec2:GetConsoleOutput',
    'ec2:RunInstances',
    'ec2:TerminateInstances',
    'iam:PassRole',
    'ssm:GetParameter',
    'ssm:PutParameter',
  ],
  deploy: [
    'autoscaling:DescribeAutoScalingGroups',
    'cloudformation:DescribeStackEvents',
    'cloudformation:DescribeStacks',
    'ec2:DescribeAddresses',
    'ec2:DescribeImages',
    'ec2:DescribeInstanceTypeOfferings',
    'ec2:DescribeInstanceTypes',
    'ec2:DescribeInstances',
    'elasticloadbalancing:DescribeTargetHealth',
    'servicequotas:GetServiceQuota',
    'ssm:GetParameter',
    'sts:AssumeRole',
  ],
  'drill -- kill-instance': [
    'autoscaling:DescribeAutoScalingGroups',
    'autoscaling:DescribeInstanceRefreshes',
    'autoscaling:DescribeScalingActivities',
    'cloudformation:DescribeStacks',
    'cloudwatch:DescribeAlarms',
    'cloudwatch:GetMetricData',
    'ec2:DescribeInstances',
    'ec2:TerminateInstances',
    'elasticloadbalancing:DescribeTargetHealth',
  ],
  post: ['cloudformation:DescribeStacks'],
};

/** Actions of the deploy role, identified by a statement that only it has. */
const granted = new Set(
  resourcesOf('AWS::IAM::Policy', synthesize('prod', EVERYTHING_ON).operations)
    .map(({ Properties }) => Properties.PolicyDocument.Statement as { Sid: string; Action: string | string[] }[])
    .filter((statements) => statements.some(({ Sid }) => Sid === 'DeployThroughBootstrapRoles'))
    .flatMap((statements) => statements.flatMap(({ Action }) => Action)),
);

describe('the deploy role', () => {
  for (const [command, calls] of Object.entries(CALLS)) {
    it(`allows npm run ${command}`, () => {
      assert.deepEqual(
        calls.filter((call) => !granted.has(call)),
        [],
      );
    });
  }
});
