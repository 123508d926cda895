import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareTables } from '../../../scripts/table/comparison.ts';
import type { Table } from '../../../scripts/table/table.ts';
import { encodeBlock } from '../../../server/timestamps/block.ts';
import { startDatabase } from '../../server/support/database.ts';
import { blockAt, createTestTable, put, remove } from './tables.ts';

const NOON_MS = Date.parse('2026-11-21T12:00:00Z');
const HOUR_MS = 3_600_000;

const database = await startDatabase();

describe('compareTables', () => {
  const { errorMicros: _, region: __, ...item } = encodeBlock(blockAt([1]));
  /** A block that expires some time after noon. */
  const expiring = (ms: number) => ({ ...item, expires: (NOON_MS + ms) / 1_000 });
  const lasting = blockAt([2], { sequence: 2 });

  it('judges both tables by one time, although a block expires between the two reads', async ({ mock }) => {
    mock.method(console, 'log', () => {});
    mock.timers.enable({ apis: ['Date'], now: NOON_MS });
    const first = await createTestTable(database, 'read-first');
    const other = await createTestTable(database, 'read-later');
    for (const table of [first, other]) await put(table, expiring(48 * HOUR_MS), lasting);
    const found = await compareTables([first, whenRead(other, () => mock.timers.setTime(NOON_MS + 72 * HOUR_MS))], {});
    assert.deepEqual([found.different, found.digests[0]?.temporary, found.digests[1]?.temporary], [[], 0, 0]);
  });

  it('leaves out a block that DynamoDB may delete before the second table is read', async ({ mock }) => {
    mock.method(console, 'log', () => {});
    mock.timers.enable({ apis: ['Date'], now: NOON_MS });
    const first = await createTestTable(database, 'not-deleted-yet');
    const other = await createTestTable(database, 'deleted');
    for (const table of [first, other]) await put(table, expiring(HOUR_MS), lasting);
    await remove(other, blockAt([1]));
    const found = await compareTables([first, other], {});
    assert.deepEqual([found.different, found.digests[0]?.days.get('2026-11-21')?.items], [[], 1]);
  });
});

/** A table that does something before it is first read. */
function whenRead({ client, name }: Table, action: () => void): Table {
  const handler: ProxyHandler<Table['client']> = {
    get(target, property) {
      action();
      const value = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  };
  return { client: new Proxy(client, handler), name };
}
