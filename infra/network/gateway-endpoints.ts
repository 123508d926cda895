import { Aws } from 'aws-cdk-lib';
import { type GatewayVpcEndpoint, GatewayVpcEndpointAwsService, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SPILL_ACTIONS, type SpillBucket } from '../data/spill-bucket.ts';
import { TABLE_ACTIONS } from '../data/timestamps-table.ts';

export interface GatewayEndpointsProps {
  readonly vpc: IVpc;
  readonly tableArn: string;
  readonly spill: SpillBucket;
}

/**
 * Buckets of this region that AWS documents for the Systems Manager agent, the CloudWatch agent and the packages of
 * Amazon Linux, which the bastion runs.
 */
const AWS_BUCKETS = [
  `amazon-ssm-${Aws.REGION}`,
  `amazon-ssm-packages-${Aws.REGION}`,
  `aws-ssm-${Aws.REGION}`,
  `aws-ssm-document-attachments-${Aws.REGION}`,
  `patch-baseline-snapshot-${Aws.REGION}`,
  `${Aws.REGION}-birdwatcher-prod`,
  `aws-ssm-distributor-file-${Aws.REGION}`,
  'amazoncloudwatch-agent',
  `al2023-repos-${Aws.REGION}-de612dc2`,
];

/**
 * Gateway endpoints for DynamoDB and S3, which need no NAT and are free of charge. Their policies permit what the
 * programs in the network need, so that nobody can copy records through them into a table or bucket of another account.
 */
export function addGatewayEndpoints({ vpc, tableArn, spill }: GatewayEndpointsProps): void {
  const { DYNAMODB, S3 } = GatewayVpcEndpointAwsService;
  permit(vpc.addGatewayEndpoint('DynamoDb', { service: DYNAMODB }), 'ItemsOfTheTable', TABLE_ACTIONS, [tableArn]);
  const s3 = vpc.addGatewayEndpoint('S3', { service: S3 });
  const objects = AWS_BUCKETS.map((bucket) => `arn:${Aws.PARTITION}:s3:::${bucket}/*`);
  permit(s3, 'PackagesOfAws', ['s3:GetObject'], objects);
  permit(s3, 'SpilledBlocks', SPILL_ACTIONS.spilled, [spill.objects.spilled]);
  permit(s3, 'DeadLetters', SPILL_ACTIONS.dead, [spill.objects.dead]);
  permit(s3, 'ListSpilledBlocks', SPILL_ACTIONS.bucket, [spill.bucket.bucketArn]);
}

function permit(endpoint: GatewayVpcEndpoint, sid: string, actions: readonly string[], resources: string[]): void {
  const principals = [new AnyPrincipal()];
  endpoint.addToPolicy(new PolicyStatement({ sid, principals, actions: [...actions], resources }));
}
