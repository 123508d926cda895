import { BLOCK_LIMITS, type Block } from './block.ts';
import { addressText, parseRecordId } from './id.ts';
import { type BlockPage, type BlockRange, type BlockRead, newestRecords } from './newest-records.ts';
import type { ListPage, ListQuery, Micros, TimestampRecord } from './record.ts';
import type { RecordIds } from './record-ids.ts';

/** A UTC day that has records, and the number of shards of its blocks. */
export interface DayEntry {
  readonly day: string;
  readonly shards: number;
}

/** The port by which the listing reads the table. */
export interface ListingReader {
  /** The days in the range that have records, newest first. */
  days(range: BlockRange): AsyncIterable<DayEntry>;
  /** Blocks of one shard of a day, newest first. */
  blocks(day: string, read: BlockRead): Promise<BlockPage>;
}

/** The last time that a `Micros` can represent exactly, in the year 2255. */
const END_OF_TIME: Micros = Number.MAX_SAFE_INTEGER;

/**
 * A page of records, newest first. The next page starts at the greatest id below the last id of this page. Ids are
 * unique and sort by time, so writes between two pages never cause a record to be skipped or repeated.
 */
export async function listRecords(
  reader: ListingReader,
  ids: Pick<RecordIds, 'recordsOf'>,
  query: ListQuery,
): Promise<ListPage> {
  const { limit, before, from = 0 } = query;
  const to = Math.min(query.to ?? END_OF_TIME, END_OF_TIME);
  const newest = Math.min(to - 1, before === undefined ? END_OF_TIME : (parseRecordId(before)?.micros ?? 0));
  if (newest < from) return { records: [] };

  const end = before === undefined ? undefined : addressText(before);
  const wanted = (record: TimestampRecord) =>
    record.micros >= from && record.micros < to && (end === undefined || addressText(record.id) < end);

  // The last timestamp of a record's block may be later than the record, by at most the span of a block.
  const range = { first: from, last: Math.min(newest + BLOCK_LIMITS.spanMicros, END_OF_TIME) };
  const records: TimestampRecord[] = [];
  for await (const { day, shards } of reader.days(range)) {
    const count = limit + 1 - records.length;
    const read = (blocks: BlockRead) => reader.blocks(day, blocks);
    const recordsOf = (block: Block) => ids.recordsOf(block).filter(wanted);
    records.push(...(await newestRecords({ shards, range, count, read, recordsOf })));
    // One record more than the page shows that there is a next page.
    if (records.length > limit) return { records: records.slice(0, limit), next: records[limit - 1]?.id as string };
  }
  return { records };
}
