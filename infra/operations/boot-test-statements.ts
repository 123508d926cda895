import { Aws } from 'aws-cdk-lib';
import type { ILaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SERVICE_NAME } from '../../server/contract.ts';

/** How the fleet's instances are launched, and the role that they get. */
export interface BootTestSubject {
  readonly launchTemplate: ILaunchTemplate;
  readonly instanceRole: IRole;
}

const templateArn = ({ launchTemplateId }: ILaunchTemplate): string =>
  `arn:${Aws.PARTITION}:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}:launch-template/${launchTemplateId}`;

/** What `npm run promote` needs to boot an image beside the fleet: an instance like the fleet's, and no other. */
export const bootTestStatements = ({ launchTemplate, instanceRole }: BootTestSubject): readonly PolicyStatement[] => [
  new PolicyStatement({
    sid: 'LaunchBootTest',
    actions: ['ec2:RunInstances'],
    // Image, network and instance are named by the call; the template that must be used fixes all but the image.
    resources: ['*'],
    conditions: { ArnEquals: { 'ec2:LaunchTemplate': templateArn(launchTemplate) } },
  }),
  new PolicyStatement({
    sid: 'TagBootTest',
    actions: ['ec2:CreateTags'],
    // What the same call launches: it has no id yet.
    resources: ['*'],
    conditions: { StringEquals: { 'ec2:CreateAction': 'RunInstances' } },
  }),
  new PolicyStatement({
    sid: 'GiveBootTestItsRole',
    actions: ['iam:PassRole'],
    resources: [instanceRole.roleArn],
    conditions: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
  }),
  new PolicyStatement({
    sid: 'FollowBootTest',
    // Describing knows no resources.
    actions: ['ec2:DescribeImages'],
    resources: ['*'],
  }),
  new PolicyStatement({
    sid: 'EndBootTest',
    actions: ['ec2:GetConsoleOutput', 'ec2:TerminateInstances'],
    // Whatever its id: what carries our tag.
    resources: ['*'],
    conditions: { StringEquals: { 'aws:ResourceTag/Service': SERVICE_NAME } },
  }),
];
