/**
 * Prints every object in a bucket, one a line, read without the server: `bucket-reader.ts ENDPOINT BUCKET`. A line has
 * the name of the object and the timestamps of its block.
 */
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { timestampsIn } from './table-reader.ts';

const blockSchema = z.object({ sk: z.string(), lines: z.array(z.string()) });

const [endpoint, Bucket] = process.argv.slice(2);
if (!endpoint || !Bucket) throw new Error('usage: bucket-reader.ts ENDPOINT BUCKET');

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const client = new S3Client({ endpoint, region: 'local', credentials });
for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
  for (const { Key } of Contents) {
    // A server may have moved it meanwhile.
    const object = await client.send(new GetObjectCommand({ Bucket, Key })).catch((error: Error) => {
      if (error.name === 'NoSuchKey') return undefined;
      throw error;
    });
    if (!object) continue;
    const { sk, lines } = blockSchema.parse(JSON.parse((await object.Body?.transformToString()) ?? ''));
    console.log([Key, ...timestampsIn(sk, lines.join('\n'))].join(' '));
  }
}
