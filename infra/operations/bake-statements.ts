import { Aws } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BUILDER_TAG, DEBIAN_ACCOUNT } from '../../ami/contract.ts';
import { allow } from '../statement.ts';
import { arnHere, imageParameters } from './pipeline-role.ts';

/** Resources that Packer created: it tags each of them in the call that creates it. */
const OF_PACKER = { StringEquals: { [`aws:ResourceTag/${BUILDER_TAG.key}`]: BUILDER_TAG.value } };
/** Resources that a call creates with Packer's tag. */
const TAGGED = { StringEquals: { [`aws:RequestTag/${BUILDER_TAG.key}`]: BUILDER_TAG.value } };

/** What a launch creates. */
const BUILDER = ['instance', 'volume', 'network-interface'];

/** Resources of EC2 in this account and region. */
const all = (...types: readonly string[]) => types.map((type) => arnHere('ec2', `${type}/*`));
/** Images and snapshots have no account in their ARNs. */
const allPublic = (...types: readonly string[]) =>
  types.map((type) => `arn:${Aws.PARTITION}:ec2:${Aws.REGION}::${type}/*`);

/**
 * Permissions for Packer to bake on EC2, reduced to those that our template uses. It may use Debian's images, and
 * create and tag resources of its own. It may change and delete only those, and it cannot tag any other resource.
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
    allow('CreateKeyPair', ['ec2:CreateKeyPair'], all('key-pair'), TAGGED),
    allow('CreateSecurityGroup', ['ec2:CreateSecurityGroup'], all('security-group'), TAGGED),
    // The network of the builder is a variable of the bake.
    allow('UseVpc', ['ec2:CreateSecurityGroup'], all('vpc')),
    allow('UseSubnet', ['ec2:RunInstances'], all('subnet')),
    allow('LaunchDebian', ['ec2:RunInstances'], allPublic('image'), { StringEquals: { 'ec2:Owner': DEBIAN_ACCOUNT } }),
    allow('LaunchBuilder', ['ec2:RunInstances'], all(...BUILDER), TAGGED),
    allow('LaunchWithOwn', ['ec2:RunInstances'], all('key-pair', 'security-group'), OF_PACKER),
    allow('CreateImage', ['ec2:CreateImage'], allPublic('image', 'snapshot'), TAGGED),
    allow(
      'TagOnCreation',
      ['ec2:CreateTags'],
      [...all(...BUILDER, 'key-pair', 'security-group'), ...allPublic('image', 'snapshot')],
      {
        StringEquals: {
          ...TAGGED.StringEquals,
          'ec2:CreateAction': ['CreateKeyPair', 'CreateSecurityGroup', 'RunInstances', 'CreateImage'],
        },
      },
    ),
    allow(
      'ManageBuilder',
      [
        'ec2:AuthorizeSecurityGroupIngress',
        'ec2:CreateImage',
        'ec2:DeleteKeyPair',
        'ec2:DeleteSecurityGroup',
        'ec2:StopInstances',
        'ec2:TerminateInstances',
      ],
      all('instance', 'key-pair', 'security-group'),
      OF_PACKER,
    ),
    allow(
      'ManageImages',
      ['ec2:CreateTags', 'ec2:DeleteSnapshot', 'ec2:DeregisterImage', 'ec2:EnableImageDeprecation'],
      allPublic('image', 'snapshot'),
      OF_PACKER,
    ),
    // Packer sets the description and requires IMDSv2. It may not set the launch permission, because all images have
    // its tag, also the one that `current` names.
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policy-structure.html#attribute-key
    allow('ModifyOwnImages', ['ec2:ModifyImageAttribute'], allPublic('image'), {
      StringEquals: { ...OF_PACKER.StringEquals, 'ec2:Attribute': ['Description', 'ImdsSupport'] },
    }),
    imageParameters('PublishImages'),
  ];
}
