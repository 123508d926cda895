import { Aws } from 'aws-cdk-lib';
import type { ILaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import type { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SERVICE_NAME } from '../../server/contract.ts';
import { fleetName, stackNames } from '../contract.ts';
import { allow } from '../statement.ts';
import { arnHere, imageParameters } from './pipeline-role.ts';

/** Qualifier of a default `cdk bootstrap`, in the names of the roles it creates. */
const BOOTSTRAP_QUALIFIER = 'hnb659fds';

/**
 * What deploying, smoke test and drill of one stage need. Everything that changes infrastructure uses the roles of
 * `cdk bootstrap`, so this role itself creates nothing.
 */
export function deployStatements(stage: string): readonly PolicyStatement[] {
  const bootstrapRoles = ['deploy', 'file-publishing', 'lookup'].map(
    (role) =>
      `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/cdk-${BOOTSTRAP_QUALIFIER}-${role}-role-${Aws.ACCOUNT_ID}-${Aws.REGION}`,
  );
  return [
    allow('DeployThroughBootstrapRoles', ['sts:AssumeRole'], bootstrapRoles),
    allow(
      'ReadTheStage',
      ['cloudformation:DescribeStacks', 'cloudformation:GetTemplate', 'cloudformation:ListStackResources'],
      // The last part of a stack's ARN is an id that AWS generates.
      Object.values(stackNames(stage)).map((name) => arnHere('cloudformation', `stack/${name}/*`)),
    ),
    imageParameters('ReadAndPromoteImages'),
    allow(
      'WatchTheFleet',
      [
        'autoscaling:DescribeAutoScalingGroups',
        'autoscaling:DescribeInstanceRefreshes',
        'autoscaling:DescribeScalingActivities',
        'cloudwatch:DescribeAlarms',
        'cloudwatch:GetMetricData',
        'elasticloadbalancing:DescribeTargetHealth',
      ],
      // These actions support no resources.
      ['*'],
    ),
    allow(
      'DrillTheFleet',
      ['autoscaling:TerminateInstanceInAutoScalingGroup', 'autoscaling:SetDesiredCapacity'],
      [arnHere('autoscaling', `autoScalingGroup:*:autoScalingGroupName/${fleetName(stage)}`)],
    ),
  ];
}

/** How the fleet's instances are launched, and their role. */
export interface BootTestProps {
  readonly launchTemplate: ILaunchTemplate;
  readonly instanceRole: IRole;
}

/** What `npm run promote` needs to boot an image beside the fleet: an instance like the fleet's, and no other. */
export function bootTestStatements({ launchTemplate, instanceRole }: BootTestProps): readonly PolicyStatement[] {
  const template = arnHere('ec2', `launch-template/${launchTemplate.launchTemplateId}`);
  return [
    // The call names image, network and instance; the required template fixes all but the image.
    allow('LaunchBootTest', ['ec2:RunInstances'], ['*'], { ArnEquals: { 'ec2:LaunchTemplate': template } }),
    // What the same call launches has no id yet.
    allow('TagBootTest', ['ec2:CreateTags'], ['*'], { StringEquals: { 'ec2:CreateAction': 'RunInstances' } }),
    allow('GiveBootTestItsRole', ['iam:PassRole'], [instanceRole.roleArn], {
      StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' },
    }),
    // Describing supports no resources.
    allow('FollowBootTest', ['ec2:DescribeImages'], ['*']),
    // Any id, limited to our tag.
    allow('EndBootTest', ['ec2:GetConsoleOutput', 'ec2:TerminateInstances'], ['*'], {
      StringEquals: { 'aws:ResourceTag/Service': SERVICE_NAME },
    }),
  ];
}
