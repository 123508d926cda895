import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, StorageClass } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { EXPORTS_PREFIX } from './export-definition.ts';

/** Beginning of the names of Athena's results. */
export const RESULTS_PREFIX = 'results';

/** Days after which an answer of Athena is deleted. */
const RESULT_DAYS = 7;

/** Days for which a deleted export can be restored. */
const NONCURRENT_DAYS = 30;

export interface ArchiveBucketProps {
  /** The key of the table: both have the same records. */
  readonly key: Key;
  /** Receives the access logs. */
  readonly logs: IBucket;
  readonly removalPolicy: RemovalPolicy;
}

/** The bucket of the exports, which are kept for ever, in cheaper storage as they age, and of Athena's results. */
export function archiveBucket(scope: Construct, id: string, { key, logs, removalPolicy }: ArchiveBucketProps): Bucket {
  const abandoned = Duration.days(1);
  return new Bucket(scope, id, {
    encryption: BucketEncryption.KMS,
    encryptionKey: key,
    bucketKeyEnabled: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    serverAccessLogsBucket: logs,
    serverAccessLogsPrefix: 'archive-bucket/',
    removalPolicy,
    lifecycleRules: [
      {
        id: 'CheaperAsTheyAge',
        prefix: `${EXPORTS_PREFIX}/`,
        transitions: [
          { storageClass: StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(30) },
          // Athena reads this class like the others.
          { storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(90) },
        ],
      },
      { id: 'Results', prefix: `${RESULTS_PREFIX}/`, expiration: Duration.days(RESULT_DAYS) },
      {
        id: 'OldVersions',
        noncurrentVersionExpiration: Duration.days(NONCURRENT_DAYS),
        abortIncompleteMultipartUploadAfter: abandoned,
      },
    ],
  });
}
