import assert from 'node:assert/strict';
import dns from 'node:dns';
import { platform } from 'node:os';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDBClient, createTable } from '../../../server/dynamodb/client.ts';
import { createDirectPut } from '../../../server/dynamodb/direct-put.ts';
import { isRefusal } from '../../../server/dynamodb/refusal.ts';
import { DynamoTimestamps } from '../../../server/dynamodb/timestamps.ts';
import { systemRuntime } from '../../../server/runtime.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { type Fault, foreignSuccess, halfAnSuccess, refusal, startOverTls } from './dynamodb-over-tls.ts';
import { createNumberedBlocks } from './numbered-blocks.ts';
import { recordIds, recordsOf } from './record-ids.ts';
import type { StartBackend } from './store-contract.ts';

const DEADLINE_MS = 8_000;
const NAMESPACE = 'com.amazonaws.dynamodb.v20120810#';

const nextBlock = createNumberedBlocks(microsFromIso('2026-11-21T07:45:00Z') as number);

/** The SDK finds everything in the environment, as it does on an instance. */
function useEnvironment(endpoint: string, sessionToken: string): void {
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = endpoint;
  process.env['AWS_REGION'] = 'eu-west-1';
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  process.env['AWS_SESSION_TOKEN'] = sessionToken;
}

const FAULTS: readonly [string, Fault][] = [
  ['it is throttled', refusal(400, `${NAMESPACE}ProvisionedThroughputExceededException`, 'Rate exceeded')],
  ['DynamoDB has an error', refusal(500, `${NAMESPACE}InternalServerError`, 'Internal server error')],
  ['DynamoDB is unavailable', refusal(503, 'com.amazon.coral.service#ServiceUnavailableException', 'Unavailable')],
  ['the connection is lost', (_response, { socket }) => socket.destroy()],
  ['the body of its answer stops', halfAnSuccess],
  ['a proxy answers 200 with a page', foreignSuccess('<html></html>', { 'content-type': 'text/html' })],
  ['something answers 200 without a checksum', foreignSuccess('{}')],
  ['something answers 200 with a wrong checksum', foreignSuccess('{}', { 'x-amz-crc32': '1' })],
];

/** What a put over TLS does, whatever database is behind it. */
export function putsOverTls(startBackend: StartBackend): void {
  let backend: Awaited<ReturnType<typeof startBackend>>;
  let proxy: Awaited<ReturnType<typeof startOverTls>>;
  let client: DynamoDBClient;

  before(async () => {
    backend = await startBackend();
    proxy = await startOverTls(backend);
  });
  after(async () => {
    client?.destroy();
    await proxy?.close();
    await backend?.close?.();
  });
  beforeEach(() => {
    client?.destroy();
    useEnvironment(proxy.endpoint, 'first');
    client = createDynamoDBClient();
    proxy.faults.splice(0);
  });

  /** A store that has put a block, so that direct puts are possible. */
  const startStore = async (route: 'direct' | 'SDK') => {
    const table = 'over-tls';
    await createTable(client, table);
    const store = new DynamoTimestamps({
      client,
      table,
      runtime: systemRuntime,
      ids: recordIds,
      directPut: route === 'direct' ? createDirectPut({ client, runtime: systemRuntime }) : undefined,
    });
    await store.putBlock(nextBlock(), DEADLINE_MS);
    proxy.puts.splice(0);
    return store;
  };
  /** Puts a block and checks that it is stored. */
  const putAndRead = async (store: DynamoTimestamps) => {
    const block = nextBlock();
    await store.putBlock(block, DEADLINE_MS);
    const [record] = recordsOf(block);
    assert.ok(record);
    assert.deepEqual(await store.getRecord(record.id), record);
  };

  for (const route of ['direct', 'SDK'] as const) {
    describe(`by the ${route} route`, () => {
      for (const [name, fault] of FAULTS) {
        it(`stores a block although ${name}`, async () => {
          const store = await startStore(route);
          proxy.faults.push(fault);
          await putAndRead(store);
          assert.equal(proxy.puts.length, 2);
        });
      }

      it('stores a block although DynamoDB closed the idle connections', async () => {
        const store = await startStore(route);
        await proxy.closeConnections();
        await putAndRead(store);
      });

      it('stores a block after its credentials expired, with new ones', async () => {
        const store = await startStore(route);
        const expired = refusal(400, 'com.amazon.coral.service#ExpiredTokenException', 'The security token is expired');
        const refuse: Fault = (response, request) => {
          useEnvironment(proxy.endpoint, 'second');
          expired(response, request);
        };
        proxy.faults.push(refuse, ...(route === 'direct' ? [refuse] : []));
        await putAndRead(store);
        await putAndRead(store);
        const tokens = proxy.puts.map(({ headers }) => headers['x-amz-security-token']);
        assert.deepEqual(tokens.slice(-2), ['second', 'second']);
      });

      it('stores a block although new credentials are refused as well', async () => {
        const store = await startStore(route);
        const expired = refusal(400, 'com.amazon.coral.service#ExpiredTokenException', 'The security token is expired');
        proxy.faults.push(expired, expired, expired);
        await putAndRead(store);
        assert.deepEqual(proxy.faults, []);
      });

      it('refuses a block at once if DynamoDB refuses it', async () => {
        const store = await startStore(route);
        const denied = refusal(400, 'com.amazon.coral.service#AccessDeniedException', 'not authorized');
        proxy.faults.push(denied, denied);
        await assert.rejects(store.putBlock(nextBlock(), DEADLINE_MS), (error) => isRefusal(error));
        assert.equal(proxy.puts.length, route === 'direct' ? 2 : 1);
      });

      it('stores a block soon although DynamoDB asks for a long pause', async () => {
        const store = await startStore(route);
        const throttled = refusal(400, `${NAMESPACE}ThrottlingException`, 'Rate exceeded');
        proxy.faults.push((response, request) => throttled(response.setHeader('retry-after', '60'), request));
        await store.putBlock(nextBlock(), 1_500);
        assert.equal(proxy.puts.length, 2);
      });

      it('uses a new address of the endpoint after the old one fails', {
        skip: platform() !== 'linux' && 'only Linux has further loopback addresses',
      }, async (t) => {
        let current = '127.0.0.1';
        t.mock.method(
          dns,
          'lookup',
          (name: string, { all }: { all?: boolean }, done: (...found: unknown[]) => void) => {
            const address = name === 'localhost' ? current : name;
            if (all) done(null, [{ address, family: 4 }]);
            else done(null, address, 4);
          },
        );
        const old = await startOverTls(backend);
        t.after(() => old.close());
        useEnvironment(old.endpoint, 'first');
        client.destroy();
        client = createDynamoDBClient();
        const store = await startStore(route);
        const next = await startOverTls(backend, { host: '127.0.0.2', port: old.port });
        t.after(() => next.close());
        current = '127.0.0.2';
        await old.close();
        await putAndRead(store);
        assert.equal(next.puts.length, 1);
      });
    });
  }
}
