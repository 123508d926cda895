import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Block, lastMicros } from '../../../server/timestamps/block.ts';
import { dayOf, microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { type BlockRange, type ListingReader, listRecords } from '../../../server/timestamps/listing.ts';
import type { Arrival } from '../../../server/timestamps/record.ts';
import { blockStartingAt, GRID_MICROS, SHARDS } from '../support/arbitraries.ts';
import { recordIds, recordsOf } from '../support/record-ids.ts';

const MIDNIGHT = microsFromIso('2026-11-21') as number;
/** The order depends only on time and location, so nothing else varies. */
function plainArrival(micros: number): fc.Arbitrary<Arrival> {
  return fc.constant({
    micros,
    traceId: '1-6920060c-3f5c8a1b9d7e4c6f8a0b2d4e',
    clientAddress: '203.0.113.7',
    protocol: 'https',
  });
}

/** Blocks within a second around midnight, so that they overlap each other and the day's end. */
const blocks = fc.array(
  fc.integer({ min: -50, max: 50 }).chain((steps) => blockStartingAt(MIDNIGHT + steps * GRID_MICROS, plainArrival)),
  { maxLength: 25 },
);

function readerOf(stored: readonly Block[]): ListingReader {
  const within =
    ({ first, last }: BlockRange) =>
    (block: Block) =>
      lastMicros(block) >= first && lastMicros(block) <= last;
  return {
    async *days(range) {
      const days = new Set(stored.filter(within(range)).map((block) => dayOf(lastMicros(block))));
      for (const day of [...days].sort().reverse()) yield { day, shards: SHARDS };
    },
    async *blocks(day, shard, range) {
      yield* stored
        .filter((block) => dayOf(lastMicros(block)) === day && block.shard === shard)
        .filter(within(range))
        .sort((a, b) => lastMicros(b) - lastMicros(a));
    },
  };
}

function newestFirst(stored: readonly Block[]) {
  return stored.flatMap(recordsOf).sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0));
}

async function allPages(reader: ListingReader, query: Omit<Parameters<typeof listRecords>[2], 'consistent'>) {
  const records = [];
  let before: string | undefined;
  do {
    const page = await listRecords(reader, recordIds, { ...query, consistent: false, ...(before && { before }) });
    assert.ok(page.records.length <= query.limit);
    records.push(...page.records);
    before = page.next;
  } while (before);
  return records;
}

describe('listing records', () => {
  it('returns the pages of the sorted list of all records, without skipping or repeating any', async () => {
    await fc.assert(
      fc.asyncProperty(blocks, fc.integer({ min: 1, max: 40 }), async (stored, limit) => {
        assert.deepEqual(await allPages(readerOf(stored), { limit }), newestFirst(stored));
      }),
    );
  });

  it('includes from and excludes to', async () => {
    const bound = fc.integer({ min: -75, max: 75 }).map((steps) => MIDNIGHT + steps * GRID_MICROS);
    await fc.assert(
      fc.asyncProperty(blocks, bound, bound, fc.integer({ min: 1, max: 40 }), async (stored, from, to, limit) => {
        const expected = newestFirst(stored).filter(({ micros }) => micros >= from && micros < to);
        assert.deepEqual(await allPages(readerOf(stored), { limit, from, to }), expected);
      }),
    );
  });

  it('continues after the cursor, regardless of writes in between', async () => {
    await fc.assert(
      fc.asyncProperty(blocks, blocks, fc.integer({ min: 1, max: 10 }), async (stored, added, limit) => {
        const first = await listRecords(readerOf(stored), recordIds, { limit, consistent: false });
        if (!first.next) return;
        const before = first.next;
        const now = [...stored, ...added];
        const second = await listRecords(readerOf(now), recordIds, { limit, consistent: false, before });
        assert.deepEqual(
          second.records,
          newestFirst(now)
            .filter(({ id }) => id < before)
            .slice(0, limit),
        );
      }),
    );
  });
});
