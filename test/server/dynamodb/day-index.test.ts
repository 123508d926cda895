import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoTimestamps } from '../../../server/dynamodb/timestamps.ts';
import { systemRuntime } from '../../../server/runtime.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { startDatabase } from '../support/database.ts';
import { recordIds, recordsOf } from '../support/record-ids.ts';
import { storedIds } from '../support/stored.ts';

let sequence = 0;
const blockOf = (day: string) => ({
  shard: 0,
  writer: 'k3f9a2v0',
  sequence: ++sequence,
  instance: 'i-0abc1234def567890',
  arrivals: [
    {
      micros: (microsFromIso(day) as number) + sequence,
      traceId: '1-6920060c-3f5c8a1b9d7e4c6f8a0b2d4e',
      clientAddress: '2001:db8::1',
      protocol: 'https' as const,
    },
  ],
});

describe('the index of days', async () => {
  const database = await startDatabase();
  let indexed = 0;
  let failures: number;
  beforeEach(() => {
    indexed = 0;
    failures = 0;
  });
  /** Fails the next updates of the index. */
  const client = {
    send: (command: UpdateItemCommand, options: { abortSignal: AbortSignal }) => {
      if (command instanceof UpdateItemCommand) {
        indexed++;
        if (failures-- > 0) return Promise.reject(new Error('read ECONNRESET'));
      }
      return database.client.send(command, options);
    },
  } as Pick<DynamoDBClient, 'send'>;
  const startStore = () =>
    new DynamoTimestamps({ client, table: database.tableName, runtime: systemRuntime, ids: recordIds });
  const listed = async () => {
    const { records } = await startStore().listRecords({ limit: 100, consistent: true });
    return records.map(({ id }) => id);
  };
  const idOf = (block: Parameters<typeof recordsOf>[0]) => recordsOf(block)[0]?.id as string;

  it('has a day before any block of the day is stored, so that every stored block is listed', async () => {
    const store = startStore();
    const block = blockOf('2026-11-21');
    failures = Number.POSITIVE_INFINITY;
    await assert.rejects(store.putBlock(block, 200), /ECONNRESET/);
    assert.equal((await storedIds(database)).has(idOf(block)), false);
  });

  it('is written again after a failure, within the deadline of the block', async () => {
    const store = startStore();
    const block = blockOf('2026-11-22');
    failures = 2;
    await store.putBlock(block, 8_000);
    assert.ok((await listed()).includes(idOf(block)));
  });

  it('is written by the next block if it could not be written by the last one', async () => {
    const store = startStore();
    failures = Number.POSITIVE_INFINITY;
    await assert.rejects(store.putBlock(blockOf('2026-11-23'), 200));
    failures = 0;
    const block = blockOf('2026-11-23');
    await store.putBlock(block, 8_000);
    assert.ok((await listed()).includes(idOf(block)));
  });

  it('is written once a day, even if blocks of two days alternate', async () => {
    const store = startStore();
    for (const day of ['2026-11-24', '2026-11-25', '2026-11-24', '2026-11-25'])
      await store.putBlock(blockOf(day), 8_000);
    assert.equal(indexed, 2);
  });
});
