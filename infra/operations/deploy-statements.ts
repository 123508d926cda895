import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { AMI_PARAMETER_PREFIX } from '../../ami/contract.ts';
import { stackNames } from '../contract.ts';
import { fleetName } from '../service/names.ts';

/** Qualifier of a default `cdk bootstrap`, in the names of the roles it makes. */
const BOOTSTRAP_QUALIFIER = 'hnb659fds';

const arn = (service: string, resource: string): string =>
  `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;

/**
 * What deploying, smoke test and drill of one stage need. Everything that changes infrastructure goes through the roles of
 * `cdk bootstrap`, so this role itself creates nothing.
 */
export const deployStatements = (stage: string): readonly PolicyStatement[] => [
  new PolicyStatement({
    sid: 'DeployThroughBootstrapRoles',
    actions: ['sts:AssumeRole'],
    resources: ['deploy', 'file-publishing', 'lookup'].map(
      (role) =>
        `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/cdk-${BOOTSTRAP_QUALIFIER}-${role}-role-${Aws.ACCOUNT_ID}-${Aws.REGION}`,
    ),
  }),
  new PolicyStatement({
    sid: 'ReadTheStage',
    actions: ['cloudformation:DescribeStacks', 'cloudformation:GetTemplate', 'cloudformation:ListStackResources'],
    // The last part of a stack's ARN is an id that AWS draws.
    resources: Object.values(stackNames(stage)).map((name) => arn('cloudformation', `stack/${name}/*`)),
  }),
  new PolicyStatement({
    sid: 'ReadAndPromoteImages',
    actions: ['ssm:GetParameter', 'ssm:PutParameter'],
    resources: [arn('ssm', `parameter${AMI_PARAMETER_PREFIX}/*`)],
  }),
  new PolicyStatement({
    sid: 'WatchTheFleet',
    // These know no resources.
    actions: [
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeInstanceRefreshes',
      'autoscaling:DescribeScalingActivities',
      'cloudwatch:DescribeAlarms',
      'cloudwatch:GetMetricData',
      'elasticloadbalancing:DescribeTargetHealth',
    ],
    resources: ['*'],
  }),
  new PolicyStatement({
    sid: 'DrillTheFleet',
    actions: ['autoscaling:TerminateInstanceInAutoScalingGroup', 'autoscaling:SetDesiredCapacity'],
    resources: [arn('autoscaling', `autoScalingGroup:*:autoScalingGroupName/${fleetName(stage)}`)],
  }),
];
