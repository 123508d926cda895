import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { differentGroups, firstDifference } from '../../../scripts/table/compare.ts';
import type { DayRange } from '../../../scripts/table/days.ts';
import { itemHash, SetDigest } from '../../../scripts/table/digest.ts';
import { digestsByDay } from '../../../scripts/table/digests.ts';
import { createReadLimit } from '../../../scripts/table/read-limit.ts';
import type { Item } from '../../../scripts/table/scan.ts';
import type { Table } from '../../../scripts/table/table.ts';
import { type Block, encodeBlock } from '../../../server/timestamps/block.ts';
import { startDatabase } from '../../server/support/database.ts';
import { blockAt, createTestTable, put, remove } from './tables.ts';

const DAY_MICROS = 86_400_000_000;
const USER = { pk: 'users', sk: 'u1', username: 'ada', email: 'ada@example.com', createdAt: 1 };
const NAME = { pk: 'user-username#ada', sk: 'claim', userId: 'u1' };

const database = await startDatabase();

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

let tables = 0;
const tableWith = async (...items: (Block | Record<string, unknown>)[]): Promise<Table> => {
  const table = await createTestTable(database, `table-${++tables}`);
  await put(table, ...items);
  return table;
};

describe('the digest of a set of items', () => {
  const item = fc.record({ pk: fc.string(), sk: fc.string(), count: fc.nat() }).map((value): Item => marshall(value));
  const digestOf = (items: readonly Item[]) => {
    const digest = new SetDigest();
    for (const one of items) digest.add(one);
    return String(digest);
  };

  it('does not depend on the order of the items, nor on that of their attributes', () => {
    fc.assert(
      fc.property(fc.array(item), (items) => {
        const turned = items.toReversed().map((one) => Object.fromEntries(Object.entries(one).toReversed()));
        assert.equal(digestOf(turned), digestOf(items));
      }),
    );
  });

  it('changes with each item that is added, changed or counted twice', () => {
    fc.assert(
      fc.property(fc.array(item), item, (items, one) => {
        const digests = [items, [...items, one], [...items, one, one], [...items, { ...one, count: { N: '-1' } }]];
        assert.equal(new Set(digests.map(digestOf)).size, 4);
      }),
    );
  });

  it('leaves out what says when DynamoDB deletes an item, and which replica wrote it', () => {
    const block = marshall(encodeBlock(blockAt([1])), { removeUndefinedValues: true });
    assert.equal(itemHash({ ...block, expires: { N: '1' }, 'aws:rep:updateregion': { S: 'a' } }), itemHash(block));
  });
});

describe('digestsByDay', () => {
  it('counts blocks and timestamps of each day, and everything else by its kind', async () => {
    const table = await tableWith(
      blockAt([1, 2, 3]),
      blockAt([4], { shard: 3 }),
      blockAt([5, 6], { noon: Date.parse('2026-11-22T12:00:00Z') * 1_000 }),
      { pk: 'days', sk: '2026-11-21', shards: 16 },
      USER,
      NAME,
      { pk: 'key#0f', sk: 'key', fingerprint: 'f', result: 'r', expires: 4e9 },
      { pk: 'regions', sk: 'eu-west-1', at: 1 },
      { pk: 'users', sk: 'u0', expires: 4e9 },
    );
    const { days, others, temporary, damaged, unknown } = await digestsByDay(table);
    const counts = (groups: typeof days) =>
      Array.from(groups, ([name, { items, timestamps }]) => [name, items, timestamps]);
    assert.deepEqual(counts(days), [
      ['2026-11-21', 2, 4],
      ['2026-11-22', 1, 2],
    ]);
    assert.deepEqual(counts(others), [
      ['days', 1, 0],
      ['names', 1, 0],
      ['users', 1, 0],
    ]);
    assert.deepEqual({ temporary, damaged, unknown }, { temporary: 3, damaged: [], unknown: [] });
  });

  it('reads every item of a table that has more than one page in a segment', async () => {
    const lines = 'x'.repeat(300_000);
    const items = Array.from({ length: 30 }, (_, n) => ({ pk: `big#${n}`, sk: 'item', lines }));
    const { others, unknown } = await digestsByDay(await tableWith(...items));
    assert.equal(others.get('unknown')?.items, 30);
    assert.equal(unknown.length, 10);
  });

  it('reports a block that cannot be decoded with its key and the reason', async () => {
    const { errorMicros: _, region: __, ...item } = encodeBlock(blockAt([1, 2]));
    const table = await tableWith(
      { ...item, sk: `${item.sk}a`, lines: 'not a line' },
      { ...item, count: 3 },
      { ...item, pk: '2026-11-22#00' },
      { ...item, pk: '2026-11-20#00', lines: 7 },
    );
    const { days, damaged } = await digestsByDay(table);
    assert.equal(days.get('2026-11-21')?.items, 2);
    assert.equal(days.get('2026-11-21')?.timestamps, 0);
    assert.deepEqual(damaged.map(({ pk, sk, problem }) => `${pk} ${sk} ${problem}`).toSorted(), [
      `2026-11-20#00 ${item.sk} ✖ Invalid input: expected string, received number → at lines`,
      `2026-11-21#00 ${item.sk} it has 2 lines, but its count is 3`,
      `2026-11-21#00 ${item.sk}a a block's line should be "second trace address", not "not a line"`,
      `2026-11-22#00 ${item.sk} its last timestamp is of another day than its partition`,
    ]);
  });

  it('does not count a block that DynamoDB may delete at any time', async () => {
    const { errorMicros: _, region: __, ...item } = encodeBlock(blockAt([1]));
    const { days, temporary } = await digestsByDay(await tableWith({ ...item, expires: 1 }));
    assert.deepEqual([days.size, temporary], [0, 1]);
    assert.equal((await digestsByDay(await tableWith({ ...item, expires: 4e9 }))).days.size, 1);
  });

  it('reads only the days of a range, through the index of days, and has the same digests for them', async () => {
    const days = [0, 1, 2].map((day) => ({ pk: 'days', sk: `2026-11-2${1 + day}`, shards: 2 }));
    const blocks = [0, 1, 2].map((day) => blockAt([day * DAY_MICROS, day * DAY_MICROS + 1], { shard: day % 2 }));
    // The entry of another region has more shards, that of a third one fewer.
    const regions = [
      { pk: 'days', sk: '2026-11-22#eu-west-1', shards: 4 },
      { pk: 'days', sk: '2026-11-22#us-east-1', shards: 1 },
    ];
    const table = await tableWith(...days, ...blocks, ...regions);
    await put(table, blockAt([DAY_MICROS + 9], { shard: 3 }));
    const all = await digestsByDay(table);
    const some = await digestsByDay(table, { range: { from: '2026-11-22', to: '2026-11-22' } });
    assert.deepEqual(some.days, new Map([['2026-11-22', all.days.get('2026-11-22')]]));
    assert.equal(some.days.get('2026-11-22')?.timestamps, 3);
    assert.deepEqual((await digestsByDay(table, { range: {} })).days, all.days);
  });

  it('reads the users of a range too: those created on its days', async () => {
    const createdAt = Date.parse('2026-11-22T00:00:00Z') * 1_000;
    const late = { ...USER, sk: 'u2', createdAt };
    const tombstone = { pk: 'users', sk: 'u0', expires: 4e9 };
    const table = await tableWith(USER, late, tombstone, NAME);
    const usersOf = async (range: DayRange) => (await digestsByDay(table, { range })).others.get('users')?.items;
    assert.deepEqual(
      [await usersOf({ to: '2026-11-21' }), await usersOf({ from: '2026-11-22' }), await usersOf({})],
      [1, 1, 2],
    );
  });

  it('says how many items each page had, and how many read units it consumed', async () => {
    const table = await tableWith(blockAt([1]), blockAt([2]), USER);
    const reads: number[] = [];
    const units: number[] = [];
    const limit = async (consumed: number) => void units.push(consumed);
    await digestsByDay(table, { limit, consistent: true, onRead: (items) => void reads.push(items) });
    assert.equal(sum(reads), 3);
    assert.ok(units.length >= 8 && sum(units) > 0);
  });

  it('fails with one line if there is no table', async () => {
    await assert.rejects(digestsByDay({ ...database, name: 'none' }), /^OperatorError: cannot read the table none: /);
  });
});

describe('the comparison of two tables', () => {
  const blocks = [blockAt([1, 2]), blockAt([3]), blockAt([4], { shard: 5 })] as const;
  const differences = async (first: Table, other: Table) => {
    const groups = differentGroups(await digestsByDay(first), await digestsByDay(other));
    return await Promise.all(
      groups.map(
        async (group) => [group.name, await firstDifference([first, other], group, { nowSeconds: 0 })] as const,
      ),
    );
  };
  const keyOf = (block: Parameters<typeof encodeBlock>[0]) => {
    const { pk, sk } = encodeBlock(block);
    return { pk, sk };
  };

  it('finds no difference between equal tables', async () => {
    assert.deepEqual(await differences(await tableWith(...blocks, USER), await tableWith(USER, ...blocks)), []);
  });

  it('names a block that is missing in the other table', async () => {
    const other = await tableWith(...blocks);
    await remove(other, blocks[1]);
    const found = await differences(await tableWith(...blocks), other);
    assert.deepEqual(found, [['2026-11-21', { ...keyOf(blocks[1]), state: 'missing' }]]);
  });

  it('names a block that only the other table has, also if the first one has nothing of its day', async () => {
    const [first, other] = [await tableWith(blocks[0]), await tableWith(blocks[0], blockAt([DAY_MICROS]))];
    const extra = { ...keyOf(blockAt([DAY_MICROS])), state: 'extra' };
    assert.deepEqual(await differences(first, other), [['2026-11-22', extra]]);
  });

  it('names a block with other content', async () => {
    const changed = { ...blocks[2], instance: 'i-other' };
    const found = await differences(await tableWith(...blocks), await tableWith(blocks[0], blocks[1], changed));
    assert.deepEqual(found, [['2026-11-21', { ...keyOf(changed), state: 'different' }]]);
  });

  it('names the item of a user name, which is in a partition of its own', async () => {
    const found = await differences(await tableWith(USER, NAME), await tableWith(USER));
    assert.deepEqual(found, [['names', { pk: NAME.pk, sk: NAME.sk, state: 'missing' }]]);
  });
});

describe('the limit of the read rate', () => {
  it('keeps the average of all readers at the rate', async () => {
    let nowMs = 0;
    const clock = {
      now: () => nowMs,
      sleep: async (ms: number) => {
        nowMs += ms;
      },
    };
    const limit = createReadLimit(100, clock);
    for (const units of [50, 1, 149, 0.5]) await limit(units);
    assert.equal(nowMs, 2_005);
    // An idle time is not saved up.
    nowMs = 10_000;
    await limit(100);
    assert.equal(nowMs, 11_000);
  });
});
