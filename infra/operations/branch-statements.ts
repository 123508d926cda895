import { Aws } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { AMI_PARAMETER_PREFIX } from '../../ami/contract.ts';
import { stackNames } from '../contract.ts';
import { allow } from '../statement.ts';
import { accountStatements, deployThroughBootstrap } from './deploy-statements.ts';
import { arnHere } from './pipeline-role.ts';

/** Matches the names of all environments of branches. */
const BRANCHES = 'pr-*';

/**
 * Permissions to deploy the environments of branches, and to delete them with what is in their buckets. CloudFormation
 * deletes a stack by the role that has created it, so this role need not be allowed to delete its resources.
 */
export function branchStatements(bootstrapQualifier: string): readonly PolicyStatement[] {
  const buckets = `arn:${Aws.PARTITION}:s3:::${stackNames(BRANCHES).data}-*`;
  return [
    deployThroughBootstrap(bootstrapQualifier),
    ...accountStatements(bootstrapQualifier),
    // Without a name, CloudFormation lists all stacks; the expired ones are found by their tags.
    allow('ListStages', ['cloudformation:DescribeStacks'], ['*']),
    allow(
      'DeleteBranches',
      [
        'cloudformation:DeleteStack',
        'cloudformation:DescribeStackEvents',
        'cloudformation:GetTemplate',
        'cloudformation:ListStackResources',
      ],
      Object.values(stackNames(BRANCHES)).map((name) => arnHere('cloudformation', `stack/${name}/*`)),
    ),
    allow('ListBranchBuckets', ['s3:ListBucket', 's3:ListBucketVersions'], [buckets]),
    allow('EmptyBranchBuckets', ['s3:DeleteObject', 's3:DeleteObjectVersion'], [`${buckets}/*`]),
    allow('ReadTheCurrentImage', ['ssm:GetParameter'], [arnHere('ssm', `parameter${AMI_PARAMETER_PREFIX}/current`)]),
    allow(
      'WatchBranches',
      [
        'autoscaling:DescribeAutoScalingGroups',
        'ec2:DescribeImages',
        'ec2:DescribeInstances',
        'elasticloadbalancing:DescribeLoadBalancerAttributes',
        'elasticloadbalancing:DescribeTargetHealth',
      ],
      // These actions do not support resources.
      ['*'],
    ),
  ];
}
