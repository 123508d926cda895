import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cacheCredentials } from '../../server/credentials.ts';
import { createDynamoDBClient, getItem } from '../../server/dynamodb/client.ts';
import { deadlineIn } from '../../server/dynamodb/retry.ts';
import { systemRuntime } from '../../server/runtime.ts';
import { startDatabase } from './support/database.ts';
import { startFakeImds } from './support/fake-imds.ts';
import { startS3 } from './support/s3.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.parse('2026-11-21T07:45:00Z');

/** A cache before a source whose credentials live as long as `livesMs` says, in turn. */
function startCache(...livesMs: readonly number[]) {
  let [nowMs, asked] = [0, 0];
  let failure: Error | undefined;
  const source = async () => {
    const lifeMs = livesMs[Math.min(asked++, livesMs.length - 1)] as number;
    if (failure) throw failure;
    return {
      accessKeyId: `key-${asked}`,
      secretAccessKey: 'secret',
      expiration: new Date(START_MS + nowMs + lifeMs),
    };
  };
  const runtime = { ...systemRuntime, monotonicMs: () => nowMs, wallMicros: () => (START_MS + nowMs) * 1_000 };
  const cached = cacheCredentials(source, runtime);
  return {
    keys: async (calls = 1) => {
      const provided = await Promise.all(Array.from({ length: calls }, () => cached()));
      return new Set(provided.map(({ accessKeyId }) => accessKeyId));
    },
    force: () => cached({ forceRefresh: true }),
    asked: () => asked,
    passMs: (ms: number) => {
      nowMs += ms;
    },
    fail: (error: Error | undefined) => {
      failure = error;
    },
  };
}

describe('credentials', () => {
  it('are asked for once, by all first calls together', async () => {
    const { keys, asked } = startCache(360 * MINUTE_MS);
    assert.deepEqual(await keys(8), new Set(['key-1']));
    await keys(8);
    assert.equal(asked(), 1);
  });

  it('are refreshed in the background five minutes before they expire', async () => {
    const { keys, asked, passMs } = startCache(360 * MINUTE_MS);
    await keys();
    passMs(355 * MINUTE_MS - 1);
    await keys(8);
    assert.equal(asked(), 1);
    passMs(2);
    assert.deepEqual(await keys(8), new Set(['key-1']));
    assert.deepEqual(await keys(8), new Set(['key-2']));
    assert.equal(asked(), 2);
  });

  it('are asked for again after half a minute if they are still the old ones, or if that failed', async () => {
    const { keys, asked, passMs, fail } = startCache(4 * MINUTE_MS);
    await keys();
    passMs(30_000);
    fail(new Error('the metadata service is away'));
    await keys(8);
    await keys(8);
    assert.equal(asked(), 2);
    fail(undefined);
    passMs(30_000);
    await keys(8);
    await keys(8);
    assert.equal(asked(), 3);
  });

  it('are waited for after they have expired', async () => {
    const { keys, asked, passMs } = startCache(60 * MINUTE_MS);
    await keys();
    passMs(61 * MINUTE_MS);
    assert.deepEqual(await keys(8), new Set(['key-2']));
    assert.deepEqual(await keys(8), new Set(['key-2']));
    assert.equal(asked(), 2);
  });

  it('are refreshed at once on demand', async () => {
    const { keys, force } = startCache(60 * MINUTE_MS);
    await keys();
    const forced = await Promise.all([force(), force()]);
    assert.deepEqual(
      forced.map(({ accessKeyId }) => accessKeyId),
      ['key-2', 'key-2'],
    );
  });

  it('are asked for again after the first request failed', async () => {
    const { keys, fail } = startCache(60 * MINUTE_MS);
    fail(new Error('the metadata service is away'));
    await assert.rejects(keys(), /away/);
    fail(undefined);
    assert.deepEqual(await keys(), new Set(['key-2']));
  });
});

describe('the credentials of an instance’s role', async () => {
  const database = await startDatabase();
  const expires = new Date(Date.now() + 4 * MINUTE_MS);
  const imds = await startFakeImds({ credentialsExpire: () => expires });
  const s3 = await startS3({ credentials: undefined });
  const asked = () => imds.asked.filter((each) => each.endsWith('/security-credentials/role')).length;
  for (const name of Object.keys(process.env).filter((each) => each.startsWith('AWS_'))) delete process.env[name];
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.endpoint,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  });

  it('are asked for once, not at each call, in their last five minutes', async () => {
    const client = createDynamoDBClient();
    for (let call = 0; call < 50; call++)
      await getItem(client, database.tableName, { pk: 'days', sk: 'x' }, deadlineIn(8_000, systemRuntime));
    client.destroy();
    assert.equal(asked(), 1);
  });

  it('are asked for once by the client of S3 as well', async () => {
    const before = asked();
    for (let call = 0; call < 50; call++) await s3.bucket.get('spill/none', deadlineIn(8_000, systemRuntime));
    assert.equal(asked() - before, 1);
  });
});
