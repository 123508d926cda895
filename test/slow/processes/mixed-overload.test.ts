import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DynamoTimestamps } from '../../../server/dynamodb/timestamps.ts';
import { systemRuntime } from '../../../server/runtime.ts';
import { BLOCK_LIMITS, type Block } from '../../../server/timestamps/block.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { isRecorded, recordedIds, startLoad } from '../../server/support/load.ts';
import { createDatabaseProcess, startServerProcess } from '../../server/support/processes.ts';
import { recordIds } from '../../server/support/record-ids.ts';
import { storedIds } from '../../server/support/stored.ts';

const CONNECTIONS = 64;
const POSTS = 500;

const database = await createDatabaseProcess();
const server = await startServerProcess(database.environment);

/** Fills a past day with full blocks, which are the most expensive ones to list. */
async function storeFullBlocks(count: number): Promise<void> {
  const store = new DynamoTimestamps({
    client: database.client,
    table: database.tableName,
    runtime: systemRuntime,
    ids: recordIds,
  });
  const noon = microsFromIso('2026-11-21T12:00:00Z') as number;
  const arrival = {
    traceId: '1-6920060c-3f5c8a1b9d7e4c6f8a0b2d4e',
    clientAddress: '203.0.113.7',
    protocol: 'https',
  } as const;
  for (let sequence = 0; sequence < count; sequence++) {
    const start = noon + sequence * 50_000;
    const arrivals = Array.from({ length: BLOCK_LIMITS.timestamps }, (_, i) => ({ ...arrival, micros: start + i }));
    const block: Block = { shard: sequence % 16, writer: '00000000', sequence, instance: 'i-1', arrivals };
    await store.putBlock(block, 30_000);
  }
}

interface Listed {
  readonly status: number;
  /** The problem type of a refusal. */
  readonly type: string | undefined;
}

/** Clients that list sequentially until they are stopped. */
function startListing(clients: number) {
  const listed: Listed[] = [];
  let stopped = false;
  const client = async () => {
    while (!stopped) {
      const answer = await fetch(`${server.url}/app?to=2026-11-22&limit=1000`);
      const { type } = (await answer.json()) as { type?: string };
      listed.push({ status: answer.status, type });
    }
  };
  const ended = Promise.all(Array.from({ length: clients }, client));
  return async () => {
    stopped = true;
    await ended;
    return listed;
  };
}

describe('64 connections that list full blocks, and 64 that record', () => {
  it('get an answer to each request: no timestamp is lost, listings are refused, and /health stays well', async () => {
    await storeFullBlocks(20);
    const stopListing = startListing(CONNECTIONS);
    const posting = startLoad(server.url, CONNECTIONS, { pauseMs: 0 });
    let ended = false;
    const enough = posting.until(POSTS, isRecorded).finally(() => {
      ended = true;
    });
    const health: number[] = [];
    while (!ended) {
      const { status } = await fetch(`${server.url}/health`);
      health.push(status);
    }
    await enough;
    const outcomes = await posting.stop();
    const listed = await stopListing();

    assert.deepEqual(new Set(health), new Set([200]));
    const unanswered = outcomes.filter(({ status }) => status !== 201 && status !== 503);
    assert.deepEqual(unanswered, []);
    const stored = await storedIds(database);
    assert.deepEqual(
      recordedIds(outcomes).filter((id) => !stored.has(id)),
      [],
    );
    const refused = listed.filter(({ status }) => status !== 200);
    assert.ok(refused.length < listed.length, 'some listings are answered');
    assert.ok(refused.length > 0, 'and the others refused');
    for (const { status, type } of refused) assert.deepEqual([status, type], [503, '/docs#overloaded']);
  });
});
