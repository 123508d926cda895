import { BLOCK_LIMITS } from './block.ts';
import { parseRecordId } from './id.ts';
import { mergeShards, type ShardBlocks } from './merge.ts';
import type { ListPage, ListQuery, Micros, TimestampRecord } from './record.ts';

/** A UTC day that has records, and over how many shards its blocks are spread. */
export interface DayEntry {
  readonly day: string;
  readonly shards: number;
}

/** Blocks whose last timestamp lies in this range, both ends included. */
export interface BlockRange {
  readonly first: Micros;
  readonly last: Micros;
}

/** How the listing reads the table. */
export interface ListingReader {
  /** The days that have records, newest first, within the range. */
  days(range: BlockRange): AsyncIterable<DayEntry>;
  /** A shard's blocks of a day, newest first. `about`: how many records will probably be needed. */
  blocks(day: string, shard: number, range: BlockRange, about: number): ShardBlocks;
}

/** The last time that a `Micros` represents exactly, in the year 2255. */
const END_OF_TIME: Micros = Number.MAX_SAFE_INTEGER;

/**
 * A page of records, newest first. The next page begins with the greatest id below the last one of this page. Ids are
 * unique and sort by time, so no record is skipped or repeated, whatever is written in between.
 */
export async function listRecords(reader: ListingReader, query: ListQuery): Promise<ListPage> {
  const { limit, before, from = 0 } = query;
  const to = Math.min(query.to ?? END_OF_TIME, END_OF_TIME);
  const newest = Math.min(to - 1, before === undefined ? END_OF_TIME : (parseRecordId(before)?.micros ?? 0));
  if (newest < from) return { records: [] };

  const wanted = (record: TimestampRecord) =>
    record.micros >= from && record.micros < to && (before === undefined || record.id < before);

  // A record lies in a block whose last timestamp may be later than the record's, by the span of a block at most.
  const range = { first: from, last: Math.min(newest + BLOCK_LIMITS.spanMicros, END_OF_TIME) };
  const records: TimestampRecord[] = [];
  for await (const { day, shards } of reader.days(range)) {
    const about = Math.ceil((limit + 1 - records.length) / shards);
    const iterators = Array.from({ length: shards }, (_, shard) => reader.blocks(day, shard, range, about));
    for await (const record of mergeShards(iterators)) {
      if (!wanted(record)) {
        if (record.micros < from) break;
        continue;
      }
      if (records.length === limit) return { records, next: (records.at(-1) as TimestampRecord).id };
      records.push(record);
    }
  }
  return { records };
}
