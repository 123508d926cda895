import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3';

/** What Stampede needs of S3. Our server and moto must both pass, with an empty bucket. */
export function describeS3(
  name: string,
  start: () => Promise<{ client: S3Client; bucket: string }>,
  { skip = false }: { skip?: string | false } = {},
): void {
  describe(`S3 as ${name} implements it`, { skip }, () => {
    const started = Promise.withResolvers<Awaited<ReturnType<typeof start>>>();
    before(async () => started.resolve(await start()));
    const send = async (make: (bucket: string) => object): Promise<unknown> => {
      const { client, bucket } = await started.promise;
      return client.send(make(bucket) as PutObjectCommand);
    };
    const put = (Key: string, Body: string, once = false) =>
      send((Bucket) => new PutObjectCommand({ Bucket, Key, Body, ...(once && { IfNoneMatch: '*' }) }));
    const get = async (Key: string) => {
      const { client, bucket } = await started.promise;
      return (await client.send(new GetObjectCommand({ Bucket: bucket, Key }))).Body?.transformToString();
    };
    const head = (Key: string) => send((Bucket) => new HeadObjectCommand({ Bucket, Key }));
    const remove = (Key: string) => send((Bucket) => new DeleteObjectCommand({ Bucket, Key }));
    const list = async (Prefix: string, MaxKeys = 1_000) => {
      const { client, bucket } = await started.promise;
      const keys: (string | undefined)[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix, MaxKeys }))
        keys.push(...Contents.map(({ Key }) => Key));
      return keys;
    };

    it('returns what was put, and replaces it', async () => {
      await put('a/one.json', 'é first');
      assert.equal(await get('a/one.json'), 'é first');
      await put('a/one.json', 'second');
      assert.equal(await get('a/one.json'), 'second');
    });

    it('returns the CRC32 of an object with put and get', async () => {
      const { client, bucket } = await started.promise;
      const object = { Bucket: bucket, Key: 'crc' };
      // S3 does not need the name of the algorithm beside the checksum; moto does.
      const checksum = { ChecksumAlgorithm: 'CRC32', ChecksumCRC32: 'NhCmhg==' } as const;
      const put = await client.send(new PutObjectCommand({ ...object, Body: 'hello', ...checksum }));
      assert.equal(put.ChecksumCRC32, 'NhCmhg==');
      const got = await client.send(new GetObjectCommand({ ...object, ChecksumMode: 'ENABLED' }));
      assert.equal(got.ChecksumCRC32, 'NhCmhg==');
      assert.equal(await got.Body?.transformToString(), 'hello');
    });

    it('answers 412 to a put with If-None-Match: * if the object exists, and keeps the object', async () => {
      await put('b/once.json', 'first', true);
      await assert.rejects(
        put('b/once.json', 'second', true),
        (error: S3ServiceException) => error.name === 'PreconditionFailed' && error.$metadata.httpStatusCode === 412,
      );
      assert.equal(await get('b/once.json'), 'first');
      await remove('b/once.json');
      await put('b/once.json', 'third', true);
      assert.equal(await get('b/once.json'), 'third');
    });

    it('lets one of several conditional puts of the same key succeed', async () => {
      const puts = await Promise.allSettled(['1', '2', '3', '4'].map((body) => put('b/race.json', body, true)));
      assert.equal(puts.filter(({ status }) => status === 'fulfilled').length, 1);
    });

    it('answers 404 for an object that does not exist, with a body only to GET', async () => {
      await assert.rejects(get('c/none'), { name: 'NoSuchKey' });
      await assert.rejects(head('c/none'), { name: 'NotFound' });
    });

    it('deletes an object, and one that does not exist', async () => {
      await put('d/one', 'x');
      await remove('d/one');
      await remove('d/one');
      await assert.rejects(head('d/one'), { name: 'NotFound' });
    });

    it('lists the keys with a prefix in order, over several pages', async () => {
      const keys = ['e/2026-11-21/00/2', 'e/2026-11-21/00/1', 'e/2026-11-20/15/9', 'e/ü & <x>/1', 'e/~'];
      for (const key of [...keys, 'f/other']) await put(key, key);
      const inOrder = keys.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
      assert.deepEqual(await list('e/'), inOrder);
      assert.deepEqual(await list('e/', 2), inOrder);
      assert.deepEqual(await list('none/'), []);
    });

    it('lists size and time of each object', async () => {
      await put('g/one', '12345');
      const { client, bucket } = await started.promise;
      const { Contents = [], KeyCount } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'g/' }));
      assert.equal(KeyCount, 1);
      assert.equal(Contents[0]?.Size, 5);
      assert.ok(Math.abs((Contents[0]?.LastModified?.getTime() ?? 0) - Date.now()) < 3_600_000);
    });

    it('refuses an unknown bucket', async () => {
      const { client } = await started.promise;
      const command = new PutObjectCommand({ Bucket: 'no-such-bucket-here', Key: 'k', Body: 'x' });
      await assert.rejects(client.send(command), { name: 'NoSuchBucket' });
    });
  });
}
