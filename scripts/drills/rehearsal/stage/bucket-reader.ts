/** Prints the name of every object in a bucket, one a line, read without the server: `bucket-reader.ts ENDPOINT BUCKET`. */
import { paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';

const [endpoint, Bucket] = process.argv.slice(2);
if (!endpoint || !Bucket) throw new Error('usage: bucket-reader.ts ENDPOINT BUCKET');

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const client = new S3Client({ endpoint, region: 'local', credentials });
for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
  for (const { Key } of Contents) console.log(Key);
}
