import { Aws, Duration } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { SPILL_PREFIXES } from '../../server/contract.ts';
import { type EncryptedBucketProps, encryptedBucket } from '../encrypted-bucket.ts';
import { allow } from '../statement.ts';

/** Days for which a deleted object can be restored. Few, because delete markers make listings slow. */
const NONCURRENT_DAYS = 7;

/** Actions of the server on spilled blocks, on dead letters, and on the bucket itself. */
export const SPILL_ACTIONS = {
  spilled: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
  dead: ['s3:PutObject'],
  bucket: ['s3:ListBucket'],
} as const;

/**
 * Blocks that DynamoDB did not take in time, until they are in the table, and dead letters, which it refused. Neither
 * expires. There is no backup plan: blocks are here for minutes, and versions keep what is deleted for some days.
 */
export class SpillBucket extends Construct {
  readonly bucket: IBucket;
  readonly #key: Key;

  constructor(scope: Construct, id: string, props: EncryptedBucketProps) {
    super(scope, id);
    const { key } = props;
    this.#key = key;
    const bucket = encryptedBucket(this, 'Bucket', props, {
      name: 'spill',
      lifecycleRules: [
        {
          id: 'OldVersions',
          noncurrentVersionExpiration: Duration.days(NONCURRENT_DAYS),
          expiredObjectDeleteMarker: true,
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    for (const statement of refuseOtherKeys(bucket, key)) bucket.addToResourcePolicy(statement);
    this.bucket = bucket as IBucket; // For the reason in infra/network/vpc.ts.
  }

  /**
   * Allows the server to spill blocks, to read, list and delete them, and to write dead letters. A conditional put needs
   * no further right than `s3:PutObject`.
   */
  grantSpill(grantee: IGrantable): void {
    const principal = grantee.grantPrincipal;
    const { spilled, dead } = this.objects;
    principal.addToPrincipalPolicy(allow('SpilledBlocks', [...SPILL_ACTIONS.spilled], [spilled]));
    principal.addToPrincipalPolicy(allow('DeadLetters', [...SPILL_ACTIONS.dead], [dead]));
    // Without a condition on the prefix: with one, S3 answers 403 instead of 404 for an object that does not exist.
    principal.addToPrincipalPolicy(allow('ListSpilledBlocks', [...SPILL_ACTIONS.bucket], [this.bucket.bucketArn]));
    const throughS3 = { StringEquals: { 'kms:ViaService': `s3.${Aws.REGION}.amazonaws.com` } };
    principal.addToPrincipalPolicy(
      allow('SpillKeyThroughS3', ['kms:GenerateDataKey', 'kms:Decrypt'], [this.#key.keyArn], throughS3),
    );
  }

  /** ARNs of all spilled blocks and of all dead letters. */
  get objects() {
    return {
      spilled: this.bucket.arnForObjects(`${SPILL_PREFIXES.spilled}*`),
      dead: this.bucket.arnForObjects(`${SPILL_PREFIXES.dead}*`),
    };
  }
}

/** Refuses objects that ask for another encryption than the default of the bucket. */
function refuseOtherKeys(bucket: Bucket, key: Key): readonly PolicyStatement[] {
  const resources = [bucket.arnForObjects('*')];
  const refuse = (sid: string, conditions: Readonly<Record<string, object>>) =>
    new PolicyStatement({
      sid,
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:PutObject'],
      resources,
      conditions,
    });
  return [
    // `aws:kms` without a key means a key of AWS; it does not equal ours either.
    refuse('RefuseOtherKeys', {
      Null: { 's3:x-amz-server-side-encryption': 'false' },
      StringNotEquals: { 's3:x-amz-server-side-encryption-aws-kms-key-id': key.keyArn },
    }),
    refuse('RefuseKeysOfClients', { Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' } }),
  ];
}
