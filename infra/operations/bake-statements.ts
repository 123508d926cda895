import { Aws } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SERVICE_NAME } from '../../server/contract.ts';
import { allow } from '../statement.ts';
import { imageParameters } from './pipeline-role.ts';

const IN_REGION = { StringEquals: { 'aws:RequestedRegion': Aws.REGION } };
const OURS_IN_REGION = { StringEquals: { 'aws:RequestedRegion': Aws.REGION, 'aws:ResourceTag/Service': SERVICE_NAME } };

/**
 * Permissions for Packer to bake on EC2, reduced to those that our template uses. It may create resources in one
 * region, and delete or change only those with our tag.
 * https://developer.hashicorp.com/packer/integrations/hashicorp/amazon
 */
export function bakeStatements(): readonly PolicyStatement[] {
  return [
    allow(
      'Describe',
      [
        // These actions do not support resources.
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
      ['*'],
    ),
    allow(
      'Create',
      [
        // New resources have no name yet.
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
      ['*'],
      IN_REGION,
    ),
    allow(
      'DeleteTagged',
      [
        'ec2:DeleteSnapshot',
        'ec2:DeleteVolume',
        'ec2:DeregisterImage',
        'ec2:GetConsoleOutput',
        'ec2:ModifyInstanceAttribute',
        'ec2:StopInstances',
        'ec2:TerminateInstances',
      ],
      ['*'],
      OURS_IN_REGION,
    ),
    imageParameters('PublishImages'),
  ];
}
