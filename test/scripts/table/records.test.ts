import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type StoredTimestamp, type TimeRange, timestampsOf } from '../../../scripts/table/records.ts';
import type { Table } from '../../../scripts/table/table.ts';
import { type Block, encodeBlock } from '../../../server/timestamps/block.ts';
import { blockStartingAt, SHARDS } from '../../server/support/arbitraries.ts';
import { startDatabase } from '../../server/support/database.ts';
import { blockAt, createTestTable, put } from './tables.ts';

const MIDNIGHT = Date.parse('2026-11-22T00:00:00Z') * 1_000;
const EVER: TimeRange = { from: MIDNIGHT - 86_400e6, to: MIDNIGHT + 86_400e6 };
const DAYS = ['2026-11-21', '2026-11-22'].map((sk) => ({ pk: 'days', sk, shards: SHARDS }));

const database = await startDatabase();
let tables = 0;
const tableWith = async (...items: (Block | Record<string, unknown>)[]): Promise<Table> => {
  const table = await createTestTable(database, `records-${++tables}`);
  await put(table, ...DAYS, ...items);
  return table;
};

const read = async (table: Table, range = EVER): Promise<StoredTimestamp[]> =>
  (await Array.fromAsync(timestampsOf(table, range))).flat();

/** Blocks of several shards around midnight, with different keys. */
const blocks = fc.uniqueArray(
  fc.integer({ min: -60, max: 60 }).chain((step) => blockStartingAt(MIDNIGHT + step * 50_000)),
  { maxLength: 25, selector: (block) => Object.values(encodeBlock(block)).slice(0, 2).join(' ') },
);

describe('the timestamps of a table', () => {
  it('are all of a range, once and oldest first, as the blocks have them', async () => {
    const bounds = fc.tuple(fc.integer({ min: -4e6, max: 4e6 }), fc.integer({ min: 1, max: 4e6 }));
    await fc.assert(
      fc.asyncProperty(blocks, bounds, async (stored, [offset, length]) => {
        const range = { from: MIDNIGHT + offset, to: MIDNIGHT + offset + length };
        const expected = stored
          .flatMap(({ arrivals, instance, region, errorMicros }) =>
            arrivals.map((arrival) => ({ ...arrival, instance, region, errorMicros })),
          )
          .filter(({ micros }) => micros >= range.from && micros < range.to);
        const got = await read(await tableWith(...stored), range);
        const times = got.map(({ micros }) => micros);
        assert.deepEqual(times, times.toSorted());
        const texts = (records: readonly object[]) => records.map((record) => JSON.stringify(record)).toSorted();
        assert.deepEqual(
          texts(got),
          texts(
            expected.map(({ micros, traceId, clientAddress, protocol, ...of }) => ({
              micros,
              traceId,
              clientAddress,
              protocol,
              ...of,
            })),
          ),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('include those before the end of the range in a block that ends after it', async () => {
    const noon = MIDNIGHT - 43_200e6;
    const table = await tableWith(blockAt([0, 100_000, 250_000]));
    const got = await read(table, { from: noon + 1, to: noon + 100_001 });
    assert.deepEqual(
      got.map(({ micros }) => micros - noon),
      [100_000],
    );
  });

  it('come in many parts, in order, if there are many blocks that overlap', async () => {
    const overlapping = Array.from({ length: 60 }, (_, n) =>
      blockAt(
        Array.from({ length: 50 }, (__, line) => n * 40_000 + line * 5_000 + (n % SHARDS)),
        { shard: n % SHARDS, sequence: n },
      ),
    );
    const parts = await Array.fromAsync(timestampsOf(await tableWith(...overlapping), EVER));
    const times = parts.flat().map(({ micros }) => micros);
    assert.ok(parts.length > 2);
    assert.equal(times.length, 3_000);
    assert.deepEqual(times, times.toSorted());
  });

  it('are not read past a block that cannot be decoded, which the error names', async () => {
    const { errorMicros: _, region: __, ...item } = encodeBlock(blockAt([1]));
    const table = await tableWith({ ...item, lines: 'damaged' });
    await assert.rejects(read(table), {
      name: 'OperatorError',
      message: `the item ${item.pk} ${item.sk} of the table ${table.name} cannot be decoded: a block's line should be "second trace address", not "damaged". npm run verify lists all such items. Export the times before and after it`,
    });
  });

  it('include those of a block that has expired and is not deleted yet', async () => {
    const { errorMicros: _, region: __, ...item } = encodeBlock(blockAt([1]));
    assert.equal((await read(await tableWith({ ...item, expires: 1 }))).length, 1);
  });
});
