import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRefusal } from '../../../server/dynamodb/refusal.ts';
import { DynamoTimestamps } from '../../../server/dynamodb/timestamps.ts';
import { systemRuntime } from '../../../server/runtime.ts';
import type { SpillBucket } from '../../../server/spill/bucket.ts';
import { createDrain, type DrainOptions } from '../../../server/spill/drain.ts';
import { createSpill } from '../../../server/spill/spill.ts';
import { type Block, encodeBlock } from '../../../server/timestamps/block.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { startDatabase } from '../support/database.ts';
import { recordIds, recordsOf } from '../support/record-ids.ts';
import { startS3 } from '../support/s3.ts';
import { storedIds } from '../support/stored.ts';
import { createVirtualTime } from '../support/virtual-time.ts';

const START = microsFromIso('2026-11-21T07:45:00Z') as number;
let sequence = 0;

function block(): Block {
  const traceId = '1-69200b2c-3f5c8a1b9d7e4c6f8a0b2d4e';
  const arrivals = [0, 1].map((n) => ({
    micros: START + sequence * 10 + n,
    traceId,
    clientAddress: '203.0.113.7',
    protocol: 'https' as const,
  }));
  return { shard: sequence % 16, writer: 'k3f9a2v0', sequence: sequence++, instance: 'i-1', arrivals };
}

const database = await startDatabase();
const table = new DynamoTimestamps({
  client: database.client,
  table: database.tableName,
  runtime: systemRuntime,
  ids: recordIds,
});

/** An empty bucket with these blocks, and drains of it. */
async function setUp(blocks: readonly Block[]) {
  const s3 = await startS3();
  const spill = createSpill({ bucket: s3.bucket, runtime: systemRuntime });
  for (const each of blocks) await spill.putBlock(each, 8_000);
  const dead: string[] = [];
  const drainWith = (overrides: Partial<DrainOptions> = {}) => {
    const drain = createDrain({
      bucket: s3.bucket,
      table,
      isRefusal,
      runtime: systemRuntime,
      onMoved: () => undefined,
      onDeadLetter: ({ reason }) => dead.push(reason),
      ...overrides,
    });
    return { ...drain, round: () => drain.round(() => undefined) };
  };
  return { s3, spill, drainWith, dead };
}

async function assertInTable(blocks: readonly Block[]): Promise<void> {
  const stored = await storedIds(database);
  for (const { id } of blocks.flatMap(recordsOf)) assert.ok(stored.has(id), `${id} is missing`);
}

describe('a drain', () => {
  it('moves every block into the table, with an entry of its day, and empties the bucket', async () => {
    const blocks = Array.from({ length: 20 }, block);
    const { s3, drainWith } = await setUp(blocks);
    const moved: number[] = [];
    const drain = drainWith({ onMoved: ({ timestamps }) => moved.push(timestamps) });
    const { moved: count } = await drain.round();
    assert.equal(count, 20);
    assert.equal(moved.length, 20);
    await assertInTable(blocks);
    assert.deepEqual(s3.keys(), []);
    const { records } = await table.listRecords({ limit: 1_000, consistent: true });
    assert.ok(blocks.flatMap(recordsOf).every(({ id }) => records.some((record) => record.id === id)));
    assert.deepEqual(await drain.round(), { deadLetters: 0, moved: 0, oldestMs: undefined });
  });

  it('leaves one block in the table if a process ends between put and delete, and another one continues', async () => {
    const blocks = [block()];
    const { s3, drainWith } = await setUp(blocks);
    const { bucket } = s3;
    const ending: SpillBucket = {
      create: (...args) => bucket.create(...args),
      get: (...args) => bucket.get(...args),
      list: (...args) => bucket.list(...args),
      delete: () => Promise.reject(new Error('the process ended')),
    };
    await assert.rejects(drainWith({ bucket: ending }).round(), /the process ended/);
    assert.equal(s3.keys().length, 1);
    assert.equal((await drainWith().round()).moved, 1);
    await assertInTable(blocks);
    assert.deepEqual(s3.keys(), []);
  });

  it('deletes no object whose block the table has not acknowledged', async () => {
    const { s3, drainWith } = await setUp([block()]);
    await assert.rejects(drainWith({ table: { putBlock: () => Promise.reject(new Error('away')) } }).round(), /away/);
    assert.equal(s3.keys().length, 1);
  });

  it('can run in several processes at the same time', async () => {
    const blocks = Array.from({ length: 30 }, block);
    const { s3, drainWith } = await setUp(blocks);
    await Promise.all([drainWith().round(), drainWith().round(), drainWith().round()]);
    await assertInTable(blocks);
    assert.deepEqual(s3.keys(), []);
  });

  it('accepts a block that an earlier put has stored after all', async () => {
    const late = block();
    const { s3, drainWith } = await setUp([late]);
    await table.putBlock(late, 8_000);
    await drainWith().round();
    await assertInTable([late]);
    assert.deepEqual(s3.keys(), []);
  });

  it('stores the shards of a writer with more shards than this process', async () => {
    const wide = { ...block(), shard: 40 };
    const { drainWith } = await setUp([wide]);
    await drainWith().round();
    const { records } = await table.listRecords({ limit: 1_000, consistent: true });
    assert.ok(recordsOf(wide).every(({ id }) => records.some((record) => record.id === id)));
  });

  it('stops between objects', async () => {
    const { s3, drainWith } = await setUp(Array.from({ length: 30 }, block));
    const drain = drainWith({
      table: {
        putBlock(each, deadlineMs) {
          drain.stop();
          return table.putBlock(each, deadlineMs);
        },
      },
    });
    const { moved } = await drain.round();
    assert.ok(moved >= 1 && moved <= 8, `${moved} were moved`);
    assert.equal(s3.keys().length, 30 - moved);
  });
});

describe('a block that the table refuses', () => {
  const refuse = { putBlock: () => Promise.reject(new TypeError('not like this')) };
  const isRefused = (error: unknown) => error instanceof TypeError;

  it('becomes a dead letter with the reason after 20 refusals, at least 30 s apart', async () => {
    const refused = block();
    const { s3, drainWith, dead } = await setUp([refused]);
    const { runtime, pass } = createVirtualTime();
    const fast = { ...runtime, setTimer: systemRuntime.setTimer };
    const drain = drainWith({ table: refuse, isRefusal: isRefused, runtime: fast });
    for (let n = 1; n < 20; n++) {
      await drain.round();
      await drain.round();
      assert.deepEqual(dead, []);
      await pass(30_000);
    }
    await drain.round();
    assert.deepEqual(dead, ['TypeError: not like this']);
    const [key = ''] = s3.keys();
    assert.match(key, /^dead\/2026-11-21\//);
    const letter = JSON.parse(s3.objects.get(key)?.body.toString() ?? '');
    assert.equal(letter.reason, 'TypeError: not like this');
    assert.equal(letter.refusals, 20);
    assert.equal(letter.sk, encodeBlock(refused).sk);
    assert.deepEqual(await drain.round(), { deadLetters: 1, moved: 0, oldestMs: undefined });
  });

  it('does not stop the others', async () => {
    const [refused, ...others] = Array.from({ length: 5 }, block) as [Block, ...Block[]];
    const { s3, drainWith } = await setUp([refused, ...others]);
    await drainWith({
      isRefusal: isRefused,
      table: {
        putBlock: (each, deadlineMs) =>
          each.sequence === refused.sequence ? refuse.putBlock() : table.putBlock(each, deadlineMs),
      },
    }).round();
    assert.equal(s3.keys().length, 1);
    await assertInTable(others);
  });

  it('may also be an object that is not a block', async () => {
    const { s3, drainWith, dead } = await setUp([]);
    s3.objects.put({ key: 'spill/2026-11-21/07/x.json', body: Buffer.from('{'), etag: '"x"', modified: new Date() });
    const { runtime, pass } = createVirtualTime();
    const drain = drainWith({ runtime: { ...runtime, setTimer: systemRuntime.setTimer } });
    for (let n = 1; n <= 20; n++) {
      assert.deepEqual(s3.keys(), ['spill/2026-11-21/07/x.json']);
      await drain.round();
      await pass(30_000);
    }
    assert.deepEqual(s3.keys(), ['dead/2026-11-21/07/x.json']);
    assert.match(dead.join(), /^InvalidObjectError: the object spill\/2026-11-21\/07\/x.json is not a block/);
  });
});
