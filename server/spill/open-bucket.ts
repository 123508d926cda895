/** Loaded only if a bucket is configured, because the S3 client takes time and memory. */
import type { SpillBucket } from './bucket.ts';
import { createS3Client, S3Bucket } from './s3-bucket.ts';

/** The bucket of this name. */
export function openBucket(name: string): SpillBucket {
  return new S3Bucket(createS3Client(), name);
}
