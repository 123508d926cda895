import { Duration } from 'aws-cdk-lib';
import { type Bucket, StorageClass } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { type EncryptedBucketProps, encryptedBucket } from '../encrypted-bucket.ts';
import { EXPORTS_PREFIX } from './export-definition.ts';

/** Beginning of the names of Athena's results. */
export const RESULTS_PREFIX = 'results';

/** Days after which an answer of Athena is deleted. */
const RESULT_DAYS = 7;

/** Days for which a deleted export can be restored. */
const NONCURRENT_DAYS = 30;

/** The bucket of the exports, which are kept for ever, in cheaper storage as they age, and of Athena's results. */
export function archiveBucket(scope: Construct, id: string, props: EncryptedBucketProps): Bucket {
  return encryptedBucket(scope, id, props, {
    name: 'archive',
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
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      },
    ],
  });
}
