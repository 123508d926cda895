import { Aws } from 'aws-cdk-lib';
import type { ILaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import type { IRole, PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import { SERVICE_NAME } from '../../server/contract.ts';
import { fleetName, stackNames } from '../contract.ts';
import { arnHere, imageParameters } from './pipeline-role.ts';

/** Qualifier of a default `cdk bootstrap`, in the names of the roles it creates. */
const BOOTSTRAP_QUALIFIER = 'hnb659fds';

/**
 * What deploying, smoke test and drill of one stage need. Everything that changes infrastructure uses the roles of
 * `cdk bootstrap`, so this role itself creates nothing.
 */
export function deployStatements(stage: string): readonly PolicyStatementProps[] {
  return [
    {
      sid: 'DeployThroughBootstrapRoles',
      actions: ['sts:AssumeRole'],
      resources: ['deploy', 'file-publishing', 'lookup'].map(
        (role) =>
          `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/cdk-${BOOTSTRAP_QUALIFIER}-${role}-role-${Aws.ACCOUNT_ID}-${Aws.REGION}`,
      ),
    },
    {
      sid: 'ReadTheStage',
      actions: ['cloudformation:DescribeStacks', 'cloudformation:GetTemplate', 'cloudformation:ListStackResources'],
      // The last part of a stack's ARN is an id that AWS generates.
      resources: Object.values(stackNames(stage)).map((name) => arnHere('cloudformation', `stack/${name}/*`)),
    },
    imageParameters('ReadAndPromoteImages'),
    {
      sid: 'WatchTheFleet',
      // These support no resources.
      actions: [
        'autoscaling:DescribeAutoScalingGroups',
        'autoscaling:DescribeInstanceRefreshes',
        'autoscaling:DescribeScalingActivities',
        'cloudwatch:DescribeAlarms',
        'cloudwatch:GetMetricData',
        'elasticloadbalancing:DescribeTargetHealth',
      ],
      resources: ['*'],
    },
    {
      sid: 'DrillTheFleet',
      actions: ['autoscaling:TerminateInstanceInAutoScalingGroup', 'autoscaling:SetDesiredCapacity'],
      resources: [arnHere('autoscaling', `autoScalingGroup:*:autoScalingGroupName/${fleetName(stage)}`)],
    },
  ];
}

/** How the fleet's instances are launched, and their role. */
export interface BootTestProps {
  readonly launchTemplate: ILaunchTemplate;
  readonly instanceRole: IRole;
}

/** What `npm run promote` needs to boot an image beside the fleet: an instance like the fleet's, and no other. */
export function bootTestStatements({ launchTemplate, instanceRole }: BootTestProps): readonly PolicyStatementProps[] {
  const template = arnHere('ec2', `launch-template/${launchTemplate.launchTemplateId}`);
  return [
    {
      sid: 'LaunchBootTest',
      actions: ['ec2:RunInstances'],
      // The call names image, network and instance; the required template fixes all but the image.
      resources: ['*'],
      conditions: { ArnEquals: { 'ec2:LaunchTemplate': template } },
    },
    {
      sid: 'TagBootTest',
      actions: ['ec2:CreateTags'],
      // What the same call launches: it has no id yet.
      resources: ['*'],
      conditions: { StringEquals: { 'ec2:CreateAction': 'RunInstances' } },
    },
    {
      sid: 'GiveBootTestItsRole',
      actions: ['iam:PassRole'],
      resources: [instanceRole.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    },
    {
      sid: 'FollowBootTest',
      // Describing supports no resources.
      actions: ['ec2:DescribeImages'],
      resources: ['*'],
    },
    {
      sid: 'EndBootTest',
      actions: ['ec2:GetConsoleOutput', 'ec2:TerminateInstances'],
      // Any id, limited to our tag.
      resources: ['*'],
      conditions: { StringEquals: { 'aws:ResourceTag/Service': SERVICE_NAME } },
    },
  ];
}
