import { type Block, lastMicros } from './block.ts';
import type { Micros, TimestampRecord } from './record.ts';

/** Blocks whose last timestamp is in this range, inclusive. */
export interface BlockRange {
  readonly first: Micros;
  readonly last: Micros;
}

/** A read of one shard, in descending order of the blocks' last timestamps. */
export interface BlockRead {
  readonly shard: number;
  readonly range: BlockRange;
  /** Only blocks that are stored before this one. */
  readonly after?: Block | undefined;
  readonly limit: number;
}

export interface BlockPage {
  readonly blocks: readonly Block[];
  /** Whether the shard may have more blocks in the range. */
  readonly more: boolean;
}

export interface NewestRecordsOptions {
  /** The number of shards. */
  readonly shards: number;
  readonly range: BlockRange;
  /** The number of records to return. */
  readonly count: number;
  readonly read: (read: BlockRead) => Promise<BlockPage>;
  /** The records of a block that are to be returned. */
  readonly recordsOf: (block: Block) => readonly TimestampRecord[];
}

/** A shard whose blocks have been read from the newest down to a time. */
interface Shard {
  readonly shard: number;
  /** The last timestamp of each unread block is at or before this time. */
  readonly unreadUntil: Micros;
  /** The last block that was read, if the read ended at its limit. */
  readonly after?: Block | undefined;
}

/** Timestamps to read at once: about 50 KB. */
const TIMESTAMPS_AT_ONCE = 1_000;

/**
 * The newest records of several shards, newest first. Blocks may have up to 1,000 timestamps, so it reads few at once.
 * As soon as enough records are known, the oldest of them limits all further reads: a block that ends before it cannot
 * contain a newer one. A shard without such a block returns nothing, so most reads are empty.
 */
export async function newestRecords(options: NewestRecordsOptions): Promise<TimestampRecord[]> {
  const { count, range, read, recordsOf } = options;
  let shards: Shard[] = Array.from({ length: options.shards }, (_, index) => ({
    shard: options.shards - 1 - index, // A writer uses the shards in ascending order, so the newest blocks come first.
    unreadUntil: range.last,
  }));
  let newest: TimestampRecord[] = [];
  let [blocksRead, timestampsRead] = [0, 0];
  for (;;) {
    const first = Math.max(range.first, firstToRead(shards, newest[count - 1]));
    const unread = shards.filter(({ unreadUntil }) => unreadUntil >= first);
    if (unread.length === 0) return newest;

    const perBlock = timestampsRead / blocksRead || TIMESTAMPS_AT_ONCE;
    const missing = count - newest.length || count;
    const limit = Math.max(1, Math.ceil(missing / shards.length / perBlock));
    const batch = unread
      .toSorted((a, b) => b.unreadUntil - a.unreadUntil)
      .slice(0, batchSize(shards.length, unread.length, limit * perBlock));
    const results = await Promise.all(
      batch.map(async ({ shard, unreadUntil, after }) => {
        const page = await read({ shard, range: { first, last: unreadUntil }, after, limit });
        return { ...page, shard };
      }),
    );

    for (const { blocks } of results) {
      blocksRead += blocks.length;
      for (const block of blocks) timestampsRead += block.arrivals.length;
      newest.push(...blocks.flatMap(recordsOf));
    }
    newest = newest.sort(newestFirst).slice(0, count);
    shards = [
      ...shards.filter((shard) => !batch.includes(shard)),
      ...results.map((result) => afterRead(result, first)),
    ];
  }
}

/**
 * The time down to which to read. With enough records it is the oldest of them. Otherwise it is the time down to which
 * one shard has been read, or any time (0) if that is the same for all.
 */
function firstToRead(shards: readonly Shard[], oldestNeeded: TimestampRecord | undefined): Micros {
  if (oldestNeeded) return oldestNeeded.micros;
  const deepest = shards.reduce((least, { unreadUntil }) => Math.min(least, unreadUntil), Number.POSITIVE_INFINITY);
  return shards.every(({ unreadUntil }) => unreadUntil === deepest) ? 0 : deepest + 1;
}

/** The number of shards to read at once: as many as have been read to this time, and more if blocks are small. */
function batchSize(shards: number, unread: number, timestampsPerRead: number): number {
  const read = shards - unread;
  const small = read === 0 ? 1 : Math.floor(TIMESTAMPS_AT_ONCE / timestampsPerRead);
  return Math.max(1, small, Math.min(read, Math.ceil(shards / 4)));
}

function afterRead({ shard, blocks, more }: BlockPage & { shard: number }, first: Micros): Shard {
  const after = blocks.at(-1);
  return more && after ? { shard, unreadUntil: lastMicros(after), after } : { shard, unreadUntil: first - 1 };
}

function newestFirst(a: TimestampRecord, b: TimestampRecord): number {
  return a.id < b.id ? 1 : -1;
}
