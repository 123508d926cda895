import { Aws } from 'aws-cdk-lib';
import type { ILaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import type { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SERVICE_NAME } from '../../server/contract.ts';
import { fleetName, stackNames } from '../contract.ts';
import { allow } from '../statement.ts';
import { arnHere, imageParameters } from './pipeline-role.ts';

/** The default qualifier of `cdk bootstrap`, part of its role names. */
const BOOTSTRAP_QUALIFIER = 'hnb659fds';

/** Permissions to deploy, smoke test and drill one stage. Only the roles of `cdk bootstrap` change infrastructure. */
export function deployStatements(stage: string): readonly PolicyStatement[] {
  const bootstrapRoles = ['deploy', 'file-publishing', 'lookup'].map(
    (role) =>
      `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/cdk-${BOOTSTRAP_QUALIFIER}-${role}-role-${Aws.ACCOUNT_ID}-${Aws.REGION}`,
  );
  return [
    allow('DeployThroughBootstrapRoles', ['sts:AssumeRole'], bootstrapRoles),
    allow(
      'ReadTheStage',
      [
        'cloudformation:DescribeStackEvents',
        'cloudformation:DescribeStacks',
        'cloudformation:GetTemplate',
        'cloudformation:ListStackResources',
      ],
      // AWS generates the last part of a stack's ARN.
      Object.values(stackNames(stage)).map((name) => arnHere('cloudformation', `stack/${name}/*`)),
    ),
    imageParameters('ReadAndPromoteImages'),
    allow(
      'CheckTheAccount',
      [
        'ec2:DescribeAddresses',
        'ec2:DescribeInstanceTypeOfferings',
        'ec2:DescribeInstanceTypes',
        'servicequotas:GetServiceQuota',
      ],
      // The actions of EC2 do not support resources, and a quota says nothing about the account's data.
      ['*'],
    ),
    allow(
      'ReadTheBootstrapVersion',
      ['ssm:GetParameter'],
      [arnHere('ssm', `parameter/cdk-bootstrap/${BOOTSTRAP_QUALIFIER}/version`)],
    ),
    allow(
      'WatchTheFleet',
      [
        'autoscaling:DescribeAutoScalingGroups',
        'autoscaling:DescribeInstanceRefreshes',
        'autoscaling:DescribeScalingActivities',
        'cloudwatch:DescribeAlarms',
        'cloudwatch:GetMetricData',
        'ec2:DescribeInstances',
        'elasticloadbalancing:DescribeTargetHealth',
      ],
      // These actions do not support resources.
      ['*'],
    ),
    allow(
      'DrillTheFleet',
      ['autoscaling:TerminateInstanceInAutoScalingGroup', 'autoscaling:SetDesiredCapacity'],
      [arnHere('autoscaling', `autoScalingGroup:*:autoScalingGroupName/${fleetName(stage)}`)],
    ),
  ];
}

export interface BootTestProps {
  readonly launchTemplate: ILaunchTemplate;
  readonly instanceRole: IRole;
}

/** Permissions for `npm run promote` to boot an image, on an instance that is configured like the fleet's. */
export function bootTestStatements({ launchTemplate, instanceRole }: BootTestProps): readonly PolicyStatement[] {
  const template = arnHere('ec2', `launch-template/${launchTemplate.launchTemplateId}`);
  return [
    // The required launch template determines everything except the image.
    allow('LaunchBootTest', ['ec2:RunInstances'], ['*'], { ArnEquals: { 'ec2:LaunchTemplate': template } }),
    // The resources of that call have no id yet.
    allow('TagBootTest', ['ec2:CreateTags'], ['*'], { StringEquals: { 'ec2:CreateAction': 'RunInstances' } }),
    allow('PassBootTestRole', ['iam:PassRole'], [instanceRole.roleArn], {
      StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' },
    }),
    // DescribeImages does not support resources.
    allow('DescribeBootTest', ['ec2:DescribeImages'], ['*']),
    // Any instance with our tag.
    allow('TerminateBootTest', ['ec2:GetConsoleOutput', 'ec2:TerminateInstances'], ['*'], {
      StringEquals: { 'aws:ResourceTag/Service': SERVICE_NAME },
    }),
  ];
}
