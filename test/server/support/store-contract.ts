import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { type DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoDBClient, createTable } from '../../../server/dynamodb/client.ts';
import { createDirectPut, type DirectPut } from '../../../server/dynamodb/direct-put.ts';
import { DynamoTimestamps } from '../../../server/dynamodb/timestamps.ts';
import { systemRuntime } from '../../../server/runtime.ts';
import { BLOCK_LIMITS, type Block, encodeBlock } from '../../../server/timestamps/block.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { startOverTls } from './dynamodb-over-tls.ts';
import { recordIds, recordsOf } from './record-ids.ts';

const DEADLINE_MS = 20_000;
function time(text: string) {
  return microsFromIso(text) as number;
}

let sequence = 0;
let tables = 0;
function block(times: readonly number[], shard = sequence % 16, writer = 'k3f9a2v0'): Block {
  return {
    shard,
    writer,
    sequence: sequence++,
    instance: 'i-0abc1234def567890',
    arrivals: times.map((micros) => ({
      micros,
      traceId: '1-6920060c-3f5c8a1b9d7e4c6f8a0b2d4e',
      clientAddress: '2001:db8::1',
      protocol: 'https',
    })),
  };
}

/** Starts a DynamoDB, or gives the address of one that others share. */
export type StartBackend = () => Promise<{ endpoint: string; close?: () => Promise<void> }>;

/** The contract of every backend of the store. */
export function storeContract(start: StartBackend, pastTheSdk: boolean): void {
  let client: DynamoDBClient;
  let directPut: DirectPut | undefined;
  let close: (() => Promise<void>) | undefined;
  let table: string;

  before(async () => {
    const backend = await start();
    close = backend.close;
    client = createDynamoDBClient(backend);
    directPut = pastTheSdk ? createDirectPut({ client, runtime: systemRuntime }) : undefined;
  });
  after(async () => {
    client?.destroy();
    await close?.();
  });

  const storeWith = (shards = 16) =>
    new DynamoTimestamps({
      client,
      table,
      runtime: systemRuntime,
      ids: recordIds,
      shards,
      ...(directPut && { directPut }),
    });

  const emptyStore = async (shards = 16) => {
    table = `contract-${tables++}`;
    await createTable(client, table);
    return storeWith(shards);
  };

  it('returns what was put, by id and in the list', async () => {
    const store = await emptyStore();
    const times = [time('2026-11-21T07:45:00.000001Z'), time('2026-11-21T07:45:00.000002Z')];
    const stored = { ...block(times), errorMicros: 362 };
    assert.deepEqual(await store.putBlock(stored, DEADLINE_MS), { writeUnits: 1, state: 'stored' });
    for (const record of recordsOf(stored)) assert.deepEqual(await store.getRecord(record.id), record);
    assert.deepEqual(await store.listRecords({ limit: 10, consistent: true }), {
      records: recordsOf(stored).reverse(),
    });
  });

  it('stores a block once if it is put again, such as after a lost answer', async () => {
    const store = await emptyStore();
    const stored = block([time('2026-11-21T07:45:00Z')]);
    await store.putBlock(stored, DEADLINE_MS);
    await store.putBlock(stored, DEADLINE_MS);
    assert.equal((await store.listRecords({ limit: 10, consistent: true })).records.length, 1);
  });

  it('never overwrites the block of another writer', async () => {
    const store = await emptyStore();
    const [at, later] = [time('2026-11-21T07:45:00Z'), time('2026-11-21T07:45:00.1Z')];
    const first = block([at, later]);
    await store.putBlock(first, DEADLINE_MS);
    await assert.rejects(
      store.putBlock({ ...first, arrivals: first.arrivals.slice(1) }, DEADLINE_MS),
      /taken by another/,
    );
    assert.deepEqual((await store.listRecords({ limit: 10, consistent: true })).records, recordsOf(first).reverse());
  });

  it('lists across days, shards and overlapping blocks in exact order, page by page', async () => {
    const store = await emptyStore();
    const midnight = time('2026-11-21');
    const blocks = Array.from({ length: 60 }, (_, i) => {
      const first = midnight + (i - 30) * 40_000;
      return block(
        [first, first + (i % 7) * 9_999].filter((micros, j, all) => j === 0 || micros > (all[0] as number)),
        i % 16,
      );
    }).filter(({ arrivals }) => new Set(arrivals.map(({ micros }) => micros < midnight)).size === 1);
    for (const each of blocks) await store.putBlock(each, DEADLINE_MS);
    const expected = blocks.flatMap(recordsOf).sort((a, b) => (a.id < b.id ? 1 : -1));

    const listed = [];
    let cursor: string | undefined;
    do {
      const page = await store.listRecords({ limit: 19, consistent: true, ...(cursor && { before: cursor }) });
      listed.push(...page.records);
      cursor = page.next;
    } while (cursor);
    assert.deepEqual(listed, expected);
  });

  it('finds the blocks of writers with fewer shards and with more', async () => {
    const narrow = await emptyStore(2);
    const wide = storeWith(32);
    const narrowAgain = storeWith(2);
    const blocks = [1, 31, 0].map((shard, i) => block([time('2026-11-21T12:00:00Z') + i], shard));
    await narrow.putBlock(blocks[0] as Block, DEADLINE_MS);
    await wide.putBlock(blocks[1] as Block, DEADLINE_MS);
    await narrowAgain.putBlock(blocks[2] as Block, DEADLINE_MS);
    const { records } = await narrow.listRecords({ limit: 10, consistent: true });
    assert.deepEqual(records, blocks.flatMap(recordsOf).reverse());
  });

  it('stores the largest block', async () => {
    const store = await emptyStore();
    const large = block(Array.from({ length: BLOCK_LIMITS.timestamps }, (_, i) => time('2026-11-21T07:45:00Z') + i));
    const { writeUnits } = await store.putBlock(large, DEADLINE_MS);
    assert.ok(writeUnits < 100, `${writeUnits} write units`);
    assert.equal((await store.listRecords({ limit: 1_000, consistent: true })).records.length, 1_000);
  });

  it('counts write units as DynamoDB does', async () => {
    await emptyStore();
    for (const count of [1, 14, 15, 100]) {
      const item = encodeBlock(block(Array.from({ length: count }, (_, i) => time('2026-11-21T07:45:00Z') + i)));
      const { ConsumedCapacity } = await client.send(
        new PutItemCommand({
          TableName: table,
          ReturnConsumedCapacity: 'TOTAL',
          Item: {
            pk: { S: item.pk },
            sk: { S: item.sk },
            instance: { S: item.instance },
            count: { N: String(item.count) },
            lines: { S: item.lines },
          },
        }),
      );
      const { writeUnits } = await storeWith().putBlock(
        block(Array.from({ length: count }, (_, i) => time('2026-11-22T07:45:00Z') + i)),
        DEADLINE_MS,
      );
      assert.equal(writeUnits, ConsumedCapacity?.CapacityUnits);
    }
  });

  it('reads only as many items as the page needs', async () => {
    const store = await emptyStore();
    for (let i = 0; i < 64; i++) await store.putBlock(block([time('2026-11-21T07:45:00Z') + i], i % 16), DEADLINE_MS);
    const read: number[] = [];
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const items = (result.output as { Items?: unknown[] }).Items;
        if (items) read.push(items.length);
        return result;
      },
      { step: 'initialize', name: 'countItems' },
    );
    await store.listRecords({ limit: 1, consistent: false });
    client.middlewareStack.remove('countItems');
    const total = read.reduce((sum, items) => sum + items, 0);
    assert.ok(total <= 20, `${total} items read for a page of one`);
  });

  it('reports a missing record and a missing table', async () => {
    const store = await emptyStore();
    assert.equal(await store.getRecord('0'.repeat(32)), undefined);
    await store.probe();
    await assert.rejects(
      new DynamoTimestamps({ client, table: 'no-such-table', runtime: systemRuntime, ids: recordIds }).probe(),
      {
        name: 'ResourceNotFoundException',
      },
    );
  });

  it('stores nothing under undocumented keys', async () => {
    const store = await emptyStore();
    await store.putBlock(block([time('2026-11-21T07:45:00Z')], 3), DEADLINE_MS);
    const items = async (pk: string) =>
      (
        await client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': { S: pk } },
          }),
        )
      ).Items ?? [];
    assert.deepEqual(await items('days'), [{ pk: { S: 'days' }, sk: { S: '2026-11-21' }, shards: { N: '16' } }]);
    assert.equal((await items('2026-11-21#03')).length, 1);
  });
}

/** The same backend behind TLS, as AWS's endpoint is. */
export function overTls(start: StartBackend): StartBackend {
  return async () => {
    const backend = await start();
    const proxy = await startOverTls(backend);
    const close = async () => {
      await proxy.close();
      await backend.close?.();
    };
    return { endpoint: proxy.endpoint, close };
  };
}
