import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { describeS3 } from '../machine/s3-contract.ts';
import { MOTO_URL } from './moto-proxy.ts';

describeS3(
  'moto',
  async () => {
    const client = new S3Client({
      endpoint: MOTO_URL as string,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      forcePathStyle: true,
      maxAttempts: 1,
    });
    const bucket = 'stampede-contract';
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return { client, bucket };
  },
  { skip: MOTO_URL ? false : 'run by .ci/ec2' },
);
