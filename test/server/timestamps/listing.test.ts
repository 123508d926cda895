import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BLOCK_LIMITS, type Block, blockSortKey, lastMicros } from '../../../server/timestamps/block.ts';
import { parseRecordId } from '../../../server/timestamps/id.ts';
import { dayOf, microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { type ListingReader, listRecords } from '../../../server/timestamps/listing.ts';
import type { BlockRange } from '../../../server/timestamps/newest-records.ts';
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
    async blocks(day, { shard, range, after, limit }) {
      const all = stored
        .filter((block) => dayOf(lastMicros(block)) === day && block.shard === shard)
        .filter(within(range))
        .sort((a, b) => (sortKeyOf(a) < sortKeyOf(b) ? 1 : -1))
        .filter((block) => after === undefined || sortKeyOf(block) < sortKeyOf(after));
      // As DynamoDB, which says that there may be more when it stops at the limit.
      return { blocks: all.slice(0, limit), more: all.length >= limit };
    },
  };
}

function sortKeyOf(block: Block) {
  return blockSortKey(lastMicros(block), block.writer, block.sequence);
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

  it('reads few blocks of a day of full blocks, wherever its writers are in the order of the shards', async () => {
    const writers = fc.array(fc.nat({ max: 15 }), { minLength: 1, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(writers, async (firstSequences) => {
        const stored = firstSequences.flatMap((sequence, writer) => fullBlocks(sequence, writer));
        const [few, many] = [countingReader(stored), countingReader(stored)];
        await listRecords(few, recordIds, { limit: 20, consistent: false });
        assert.ok(few.blocksRead() <= 10, `${few.blocksRead()} blocks for 20 records`);
        const { records } = await listRecords(many, recordIds, { limit: 1_000, consistent: false });
        const holding = new Set(records.map(({ id }) => blockOf(id))).size;
        assert.ok(many.blocksRead() <= 3 * holding + 8, `${many.blocksRead()} blocks for 1,000 records in ${holding}`);
      }),
      { numRuns: 20 },
    );
  });
});

/** What identifies the block of a record. */
function blockOf(id: string): string {
  const { writer, sequence } = parseRecordId(id) ?? {};
  return `${writer} ${sequence}`;
}

/** The last 32 blocks of a writer, each full, one every 50 ms. */
function fullBlocks(firstSequence: number, writer: number): Block[] {
  const { timestamps } = BLOCK_LIMITS;
  const template = { traceId: '1-6920060c-3f5c8a1b9d7e4c6f8a0b2d4e', clientAddress: '203.0.113.7' };
  return Array.from({ length: 32 }, (_, index) => {
    const sequence = firstSequence + index;
    const start = MIDNIGHT + index * 50_000 + writer * 5_003;
    const arrivals = Array.from({ length: timestamps }, (_, i) => ({
      ...template,
      micros: start + i * 50,
      protocol: 'https' as const,
    }));
    return { shard: sequence % 16, writer: `0000000${writer}`, sequence, instance: 'i-1', arrivals };
  });
}

function countingReader(stored: readonly Block[]): ListingReader & { blocksRead: () => number } {
  const reader = readerOf(stored);
  let blocksRead = 0;
  return {
    async *days() {
      yield { day: dayOf(MIDNIGHT), shards: 16 };
    },
    async blocks(day, read) {
      const page = await reader.blocks(day, read);
      blocksRead += page.blocks.length;
      return page;
    },
    blocksRead: () => blocksRead,
  };
}
