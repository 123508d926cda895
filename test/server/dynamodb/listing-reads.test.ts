import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { type Item, itemBytes } from '../../../scripts/bench/backends/item-size.ts';
import { TABLE } from '../../../server/contract.ts';
import { DynamoTimestamps } from '../../../server/dynamodb/timestamps.ts';
import { systemRuntime } from '../../../server/runtime.ts';
import { BLOCK_LIMITS, type Block, itemBytes as blockBytes, encodeBlock } from '../../../server/timestamps/block.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { startDatabase } from '../support/database.ts';
import { recordIds } from '../support/record-ids.ts';

const NOON = microsFromIso('2026-11-21T12:00:00Z') as number;
const WRITERS = ['00000000', '0000000b', '0000000u'];
const BLOCK_MICROS = 50_000;

/** A full block of a writer, `age` blocks before its newest one. */
function fullBlock(writer: string, age: number): Block {
  const last = NOON - age * BLOCK_MICROS - WRITERS.indexOf(writer) * 17_000;
  const sequence = 1_000 - age + Number.parseInt(writer, 32);
  const step = BLOCK_MICROS / BLOCK_LIMITS.timestamps;
  const arrivals = Array.from({ length: BLOCK_LIMITS.timestamps }, (_, i) => ({
    micros: last - (BLOCK_LIMITS.timestamps - 1 - i) * step,
    traceId: '1-6920060c-3f5c8a1b9d7e4c6f8a0b2d4e',
    clientAddress: '203.0.113.7',
    protocol: 'https' as const,
  }));
  return { shard: sequence % TABLE.defaultShards, writer, sequence, instance: 'i-0abc1234def567890', arrivals };
}

describe('a page of a day of full blocks', async () => {
  const database = await startDatabase();
  const store = new DynamoTimestamps({
    client: database.client,
    table: database.tableName,
    runtime: systemRuntime,
    ids: recordIds,
  });
  const blocks = WRITERS.flatMap((writer) => Array.from({ length: 17 }, (_, age) => fullBlock(writer, age)));
  for (const block of blocks) await store.putBlock(block, 60_000);

  let [bytesRead, reads] = [0, 0];
  database.client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { Items = [] } = result.output as Partial<QueryCommandOutput>;
      reads++;
      for (const item of Items) bytesRead += itemBytes(item as unknown as Item);
      return result;
    },
    { step: 'initialize' },
  );
  const listed = async (limit: number) => {
    [bytesRead, reads] = [0, 0];
    return { page: await store.listRecords({ limit, consistent: false }), bytesRead, reads };
  };

  it('reads at most 0.3 MB for 20 records', async () => {
    const { page, bytesRead } = await listed(20);
    assert.equal(page.records.length, 20);
    assert.ok(bytesRead <= 300_000, `${bytesRead} bytes`);
  });

  it('sends at most 8 requests for 20 records, each of which costs about a millisecond of CPU time', async () => {
    const { reads } = await listed(20);
    assert.ok(reads <= 8, `${reads} requests`);
  });

  it('reads at most three times the blocks that hold its 1,000 records', async () => {
    const { page, bytesRead } = await listed(1_000);
    const times = new Set(page.records.map(({ micros }) => micros));
    const holding = blocks.filter(({ arrivals }) => arrivals.some(({ micros }) => times.has(micros)));
    const bytes = holding.reduce((sum, block) => sum + blockBytes(encodeBlock(block)), 0);
    assert.ok(bytesRead <= 3 * bytes, `${bytesRead} bytes, ${holding.length} blocks have ${bytes}`);
  });
});
