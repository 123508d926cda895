/** Loaded only if a bucket is configured, because the S3 client takes time and memory. */
import { createS3Client, S3Bucket } from './s3-bucket.ts';

/** The bucket, and its connections. */
export function openBucket(name: string) {
  const client = createS3Client();
  return { bucket: new S3Bucket(client, name), close: () => client.destroy() };
}
