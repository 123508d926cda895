import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { AMI_PARAMETER_PREFIX } from '../../ami/contract.ts';
import { SERVICE_NAME } from '../../server/contract.ts';

const HERE = { StringEquals: { 'aws:RequestedRegion': Aws.REGION } };
const OURS_HERE = { StringEquals: { 'aws:RequestedRegion': Aws.REGION, 'aws:ResourceTag/Service': SERVICE_NAME } };

/**
 * What Packer needs to bake on EC2, after https://developer.hashicorp.com/packer/integrations/hashicorp/amazon, less what our template does not use. It
 * may make things in one region, and change or end only what carries our tag.
 */
export const bakeStatements = (): readonly PolicyStatement[] => [
  new PolicyStatement({
    sid: 'Look',
    // These know no resources.
    actions: [
      'ec2:DescribeImages',
      'ec2:DescribeInstances',
      'ec2:DescribeInstanceStatus',
      'ec2:DescribeInstanceTypeOfferings',
      'ec2:DescribeKeyPairs',
      'ec2:DescribeRegions',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSnapshots',
      'ec2:DescribeSubnets',
      'ec2:DescribeTags',
      'ec2:DescribeVolumes',
      'ec2:DescribeVpcs',
    ],
    resources: ['*'],
  }),
  new PolicyStatement({
    sid: 'Make',
    // What is made has no name yet.
    actions: [
      'ec2:AuthorizeSecurityGroupIngress',
      'ec2:CreateImage',
      'ec2:CreateKeyPair',
      'ec2:CreateSecurityGroup',
      'ec2:CreateTags',
      'ec2:DeleteKeyPair',
      'ec2:DeleteSecurityGroup',
      'ec2:EnableImageDeprecation',
      'ec2:ModifyImageAttribute',
      'ec2:RunInstances',
    ],
    resources: ['*'],
    conditions: HERE,
  }),
  new PolicyStatement({
    sid: 'EndOurs',
    actions: [
      'ec2:DeleteSnapshot',
      'ec2:DeleteVolume',
      'ec2:DeregisterImage',
      'ec2:GetConsoleOutput',
      'ec2:ModifyInstanceAttribute',
      'ec2:StopInstances',
      'ec2:TerminateInstances',
    ],
    resources: ['*'],
    conditions: OURS_HERE,
  }),
  new PolicyStatement({
    sid: 'PublishImages',
    actions: ['ssm:GetParameter', 'ssm:PutParameter'],
    resources: [`arn:${Aws.PARTITION}:ssm:${Aws.REGION}:${Aws.ACCOUNT_ID}:parameter${AMI_PARAMETER_PREFIX}/*`],
  }),
];
