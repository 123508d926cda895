import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { storedItems, timestampsOf } from '../../../../../scripts/drills/rehearsal/stage/item-reader.ts';
import { encodeBlock } from '../../../../../server/timestamps/block.ts';
import { startDatabase } from '../../../../server/support/database.ts';
import { blockAt, createTestTable, put } from '../../../table/tables.ts';

const database = await startDatabase();

describe('the items of a rehearsed table', () => {
  it('have the records of each block, and no item that expires or is a heartbeat', async () => {
    const table = await createTestTable(database, 'items');
    const block = blockAt([1, 2]);
    const heartbeat = { pk: 'regions', sk: 'eu-west-1', at: 1 };
    await put(table, block, { pk: 'users', sk: 'u1' }, { pk: 'key#1', sk: 'key', expires: 1 }, heartbeat);
    const items = (await storedItems(table)).toSorted((one, other) => (one.pk < other.pk ? -1 : 1));
    assert.deepEqual(
      items.map(({ pk, sk }) => [pk, sk]),
      [
        ['2026-11-21#00', encodeBlock(block).sk],
        ['users', 'u1'],
      ],
    );
    assert.deepEqual(timestampsOf(items), ['2026-11-21T12:00:00.000001Z', '2026-11-21T12:00:00.000002Z']);
    assert.match(items[0]?.records[0] ?? '', / 1-5f20060c-3f5c8a1b9d7e4c6f8a0b2d4e$/);
  });

  it('have another hash if an attribute other than the timestamps differs', async () => {
    const hashes = ['i-0abc1234def567890', 'i-0abc1234def567891'].map(async (instance, n) => {
      const table = await createTestTable(database, `hash-${n}`);
      await put(table, blockAt([1], { instance }));
      return (await storedItems(table))[0]?.hash;
    });
    const [one, other] = await Promise.all(hashes);
    assert.notEqual(one, other);
  });
});
