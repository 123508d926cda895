import { Aws } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BUILDER_TAG, DEBIAN_ACCOUNT } from '../../ami/contract.ts';
import { allow } from '../statement.ts';
import { arnHere, arnIn, imageParameters } from './pipeline-role.ts';

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
export function bakeStatements(otherRegions: readonly string[]): readonly PolicyStatement[] {
  return [
    ...(otherRegions.length > 0 ? copyStatements(otherRegions) : []),
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
    imageParameters('PublishImages', [Aws.REGION, ...otherRegions]),
  ];
}

/**
 * Permissions for Packer to copy its image to other regions, and to tag the copies. A copy of an image has the tags of
 * the image from the beginning. That of a snapshot has none; EC2 names a volume for it that does not exist.
 * https://github.com/hashicorp/packer-plugin-amazon/blob/main/common/step_ami_region_copy.go
 */
function copyStatements(regions: readonly string[]): readonly PolicyStatement[] {
  const there = (...types: readonly string[]) =>
    regions.flatMap((region) => types.map((type) => `arn:${Aws.PARTITION}:ec2:${region}::${type}/*`));
  const volumes = regions.map((region) => arnIn(region, 'ec2', 'volume/vol-ffffffff'));
  return [
    allow('CopyOwnImages', ['ec2:CopyImage'], allPublic('image', 'snapshot'), OF_PACKER),
    allow('CreateCopies', ['ec2:CopyImage'], there('image', 'snapshot')),
    allow('TagCopies', ['ec2:CreateTags'], there('image', 'snapshot'), {
      StringEquals: { ...TAGGED.StringEquals, 'ec2:CreateAction': 'CopyImage' },
    }),
    allow('TagSnapshotsOfCopies', ['ec2:CreateTags'], there('snapshot'), {
      ArnEquals: { 'ec2:ParentVolume': volumes },
    }),
    allow('ManageCopies', ['ec2:CreateTags', 'ec2:EnableImageDeprecation'], there('image'), OF_PACKER),
    allow('ModifyCopies', ['ec2:ModifyImageAttribute'], there('image'), {
      StringEquals: { ...OF_PACKER.StringEquals, 'ec2:Attribute': ['Description', 'ImdsSupport'] },
    }),
  ];
}
