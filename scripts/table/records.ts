import { BLOCK_LIMITS, type Block, lastMicros } from '../../server/timestamps/block.ts';
import { dayOf, isoFromMicros } from '../../server/timestamps/iso-time.ts';
import { OperatorError } from '../cli/errors.ts';
import { type IndexedDay, indexedDays } from './days.ts';
import { contentOf, keyOf } from './items.ts';
import { queryPartition, type ReadOptions } from './scan.ts';
import type { Table } from './table.ts';

/** A timestamp as it is in the table. Ids are not: they need the key in the secret of the stage. */
export interface StoredTimestamp {
  /** Microseconds since 1970-01-01T00:00:00Z. */
  readonly micros: number;
  readonly traceId: string;
  readonly clientAddress: string;
  readonly protocol: string;
  readonly instance: string;
  /** Absent if the stage has one region. */
  readonly region?: string | undefined;
  /** Absent if it is unknown. */
  readonly errorMicros?: number | undefined;
}

/** Times in microseconds: `from` is inclusive, `to` is not. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The timestamps of a range, oldest first, some at a time. Needs memory for one page of each shard, whatever the size of
 * the range.
 *
 * @throws OperatorError if the table cannot be read, or a block cannot be decoded
 */
export async function* timestampsOf(
  table: Table,
  range: TimeRange,
  options: ReadOptions = {},
): AsyncGenerator<StoredTimestamp[]> {
  const days = { from: dayOf(range.from), to: dayOf(range.to - 1) };
  for (const day of await indexedDays(table, days, options)) yield* timestampsOfDay(table, day, range, options);
}

/** The timestamps that are kept until no unread block can have an earlier one. */
const MIN_BATCH = 1_000;

async function* timestampsOfDay(
  table: Table,
  { partitions }: IndexedDay,
  { from, to }: TimeRange,
  options: ReadOptions,
): AsyncGenerator<StoredTimestamp[]> {
  // A block with a timestamp before `to` may end a span later. "~" sorts after the "#" that follows the time.
  const between = [isoFromMicros(from), `${isoFromMicros(to + BLOCK_LIMITS.spanMicros)}~`] as const;
  const waiting: StoredTimestamp[] = [];
  for await (const block of inOrderOfTheirEnds(partitions.map((pk) => blocksOf(table, pk, between, options)))) {
    waiting.push(...recordsOf(block).filter(({ micros }) => micros >= from && micros < to));
    if (waiting.length < MIN_BATCH) continue;
    // Unread blocks end at this block's end or later, so they begin at most a span before it.
    const settled = lastMicros(block) - BLOCK_LIMITS.spanMicros;
    waiting.sort((one, other) => one.micros - other.micros);
    const end = waiting.findIndex(({ micros }) => micros >= settled);
    if (end > 0) yield waiting.splice(0, end);
  }
  if (waiting.length > 0) yield waiting.sort((one, other) => one.micros - other.micros);
}

/** The blocks of a partition, in the order of their last timestamps. */
async function* blocksOf(
  table: Table,
  pk: string,
  between: readonly [string, string],
  options: ReadOptions,
): AsyncGenerator<Block> {
  for await (const items of queryPartition(table, { pk, between }, options)) {
    for (const item of items) {
      // A block that has expired, but is not deleted yet, is exported too.
      const content = contentOf(item, 0);
      if (content.kind === 'block') yield content.block;
      else throw new OperatorError(notABlock(table, keyOf(item).sk, pk, content));
    }
  }
}

function notABlock({ name }: Table, sk: string, pk: string, content: object): string {
  const reason = 'reason' in content ? content.reason : 'it is no block';
  return (
    `the item ${pk} ${sk} of the table ${name} cannot be decoded: ${reason}. ` +
    'npm run verify lists all such items. Export the times before and after it'
  );
}

/** Merges sequences of blocks that are in the order of their last timestamps. */
async function* inOrderOfTheirEnds(sequences: readonly AsyncGenerator<Block>[]): AsyncGenerator<Block> {
  const heads = await Promise.all(sequences.map((sequence) => nextOf(sequence)));
  for (;;) {
    let first: Head | undefined;
    for (const head of heads) if (head.block && (!first?.block || head.last < first.last)) first = head;
    if (!first?.block) return;
    yield first.block;
    Object.assign(first, await nextOf(first.sequence));
  }
}

interface Head {
  readonly sequence: AsyncGenerator<Block>;
  block: Block | undefined;
  last: number;
}

async function nextOf(sequence: AsyncGenerator<Block>): Promise<Head> {
  const { value, done } = await sequence.next();
  return done ? { sequence, block: undefined, last: 0 } : { sequence, block: value, last: lastMicros(value) };
}

function recordsOf({ arrivals, instance, region, errorMicros }: Block): StoredTimestamp[] {
  return arrivals.map(({ micros, traceId, clientAddress, protocol }) => ({
    micros,
    traceId,
    clientAddress,
    protocol,
    instance,
    region,
    errorMicros,
  }));
}
