import { Aws } from 'aws-cdk-lib';
import type { ILaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import type { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SERVICE_NAME } from '../../server/contract.ts';
import { alarmPrefixes, stackNames } from '../contract.ts';
import { allow } from '../statement.ts';
import { arnHere, arnIn, imageParameters } from './pipeline-role.ts';

const HERE = [Aws.REGION];

/** Instances of one stage; both tags are on its fleet and on its boot tests. */
function ofStage(stage: string) {
  return { StringEquals: { 'aws:ResourceTag/Service': SERVICE_NAME, 'aws:ResourceTag/Stage': stage } };
}

/** Permission to assume the roles of `cdk bootstrap`, which change infrastructure. */
export function deployThroughBootstrap(qualifier: string, regions: readonly string[] = HERE): PolicyStatement {
  const roles = regions.flatMap((region) =>
    ['deploy', 'file-publishing', 'lookup'].map(
      (role) =>
        `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/cdk-${qualifier}-${role}-role-${Aws.ACCOUNT_ID}-${region}`,
    ),
  );
  return allow('DeployThroughBootstrapRoles', ['sts:AssumeRole'], roles);
}

/** Permissions to check what an account lacks. */
export function accountStatements(
  bootstrapQualifier: string,
  regions: readonly string[] = HERE,
): readonly PolicyStatement[] {
  return [
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
      regions.map((region) => arnIn(region, 'ssm', `parameter/cdk-bootstrap/${bootstrapQualifier}/version`)),
    ),
  ];
}

/**
 * Permissions to deploy one stage in these regions, and to smoke test and drill it in the first one, this region. Only
 * the roles of `cdk bootstrap` change infrastructure.
 */
export function deployStatements(
  stage: string,
  bootstrapQualifier: string,
  regions: readonly string[],
): readonly PolicyStatement[] {
  return [
    deployThroughBootstrap(bootstrapQualifier, regions),
    allow(
      'ReadTheStage',
      ['cloudformation:DescribeStackEvents', 'cloudformation:DescribeStacks'],
      // AWS generates the last part of a stack's ARN.
      regions.flatMap((region) =>
        Object.values(stackNames(stage)).map((name) => arnIn(region, 'cloudformation', `stack/${name}/*`)),
      ),
    ),
    imageParameters('ReadAndPromoteImages', HERE),
    ...accountStatements(bootstrapQualifier, regions),
    allow(
      'WatchTheFleet',
      [
        'autoscaling:DescribeAutoScalingGroups',
        'autoscaling:DescribeInstanceRefreshes',
        'autoscaling:DescribeScalingActivities',
        'cloudwatch:DescribeAlarms',
        'cloudwatch:GetMetricData',
        'ec2:DescribeImages',
        'ec2:DescribeInstances',
        'elasticloadbalancing:DescribeTargetHealth',
      ],
      // These actions do not support resources.
      ['*'],
    ),
    allow(
      'MuteAlarmsForADrill',
      ['cloudwatch:DeleteAlarmMuteRule', 'cloudwatch:PutAlarmMuteRule'],
      [arnHere('cloudwatch', `alarm-mute-rule:stampede-${stage}-drill-*`)],
    ),
    allow(
      'ChooseMutedAlarms',
      ['cloudwatch:PutAlarmMuteRule'],
      alarmPrefixes(stage).map((prefix) => arnHere('cloudwatch', `alarm:${prefix}*`)),
    ),
    allow(
      'EndInstances',
      ['ec2:GetConsoleOutput', 'ec2:TerminateInstances'],
      [arnHere('ec2', 'instance/*')],
      ofStage(stage),
    ),
  ];
}

/** Permissions for `npm run deploy` to remove the rules of the default security group of the stage's VPC, by its id. */
export function defaultGroupStatements(groupId: string): readonly PolicyStatement[] {
  return [
    // Does not support resources.
    allow('ReadTheDefaultSecurityGroup', ['ec2:DescribeSecurityGroups'], ['*']),
    allow(
      'CloseTheDefaultSecurityGroup',
      ['ec2:RevokeSecurityGroupEgress', 'ec2:RevokeSecurityGroupIngress'],
      [arnHere('ec2', `security-group/${groupId}`)],
    ),
  ];
}

export interface BootTestProps {
  readonly stage: string;
  readonly launchTemplate: ILaunchTemplate;
  readonly instanceRole: IRole;
}

/**
 * Permissions for `npm run promote` to boot an image, on an instance that is configured like the fleet's. The request
 * chooses the image and the subnet; the other resources come from the launch template. IAM cannot prevent other user
 * data, because it is not a resource: such an instance has the rights of the fleet's, which a deployment has as well.
 */
export function bootTestStatements({ stage, launchTemplate, instanceRole }: BootTestProps): readonly PolicyStatement[] {
  const template = arnHere('ec2', `launch-template/${launchTemplate.launchTemplateId}`);
  const fromTemplate = { ArnEquals: { 'ec2:LaunchTemplate': template } };
  const created = ['instance', 'volume'].map((type) => arnHere('ec2', `${type}/*`));
  return [
    allow('LaunchBootTest', ['ec2:RunInstances'], [template, arnHere('ec2', 'security-group/*'), ...created], {
      ...fromTemplate,
      Bool: { 'ec2:IsLaunchTemplateResource': 'true' },
    }),
    // EC2 counts the interface to the request, because it takes its subnet from there.
    allow('CreateBootTestInterface', ['ec2:RunInstances'], [arnHere('ec2', 'network-interface/*')], fromTemplate),
    allow('ChooseBootTestImage', ['ec2:RunInstances'], [`arn:${Aws.PARTITION}:ec2:${Aws.REGION}::image/*`], {
      ...fromTemplate,
      StringEquals: { 'aws:ResourceTag/Service': SERVICE_NAME },
    }),
    allow('ChooseBootTestSubnet', ['ec2:RunInstances'], [arnHere('ec2', 'subnet/*')], {
      ...fromTemplate,
      ...ofStage(stage),
    }),
    // The resources of that call have no id yet.
    allow('TagBootTest', ['ec2:CreateTags'], created, {
      StringEquals: {
        'ec2:CreateAction': 'RunInstances',
        'aws:RequestTag/Service': SERVICE_NAME,
        'aws:RequestTag/Stage': stage,
      },
    }),
    allow('PassBootTestRole', ['iam:PassRole'], [instanceRole.roleArn], {
      StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' },
    }),
  ];
}
