import type { RemovalPolicy } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, type LifecycleRule } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

export interface EncryptedBucketProps {
  /** The key of the table: both have the same records. */
  readonly key: Key;
  /** Receives the access logs. */
  readonly logs: IBucket;
  readonly removalPolicy: RemovalPolicy;
}

/** A private, versioned bucket of records, over TLS only, with access logs below `<name>-bucket/`. */
export function encryptedBucket(
  scope: Construct,
  id: string,
  { key, logs, removalPolicy }: EncryptedBucketProps,
  { name, lifecycleRules }: { readonly name: string; readonly lifecycleRules: LifecycleRule[] },
): Bucket {
  return new Bucket(scope, id, {
    encryption: BucketEncryption.KMS,
    encryptionKey: key,
    // S3 asks KMS about once per bucket instead of once per object, which matters in an outage.
    bucketKeyEnabled: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    serverAccessLogsBucket: logs,
    serverAccessLogsPrefix: `${name}-bucket/`,
    removalPolicy,
    lifecycleRules,
  });
}
