import { z } from 'zod';
import { shardKey } from '../../server/timestamps/block.ts';
import { dayOf } from '../../server/timestamps/iso-time.ts';
import { OperatorError } from '../cli/errors.ts';
import { type Item, queryPartition, type ReadOptions } from './scan.ts';
import type { Table } from './table.ts';

/** Days, both inclusive: `2026-11-21`. */
export interface DayRange {
  /** @default - from the first day on */
  readonly from?: string | undefined;
  /** @default - to the last day */
  readonly to?: string | undefined;
}

/** Whether an item belongs to a range of days: a user does if it was created on one of them, any other item does. */
export function isOfDays({ createdAt }: Item, { from = '0', to = '9' }: DayRange): boolean {
  if (createdAt?.N === undefined) return true;
  const day = dayOf(Number(createdAt.N));
  return day >= from && day <= to;
}

/** A day in the index, with the partition keys of its blocks. */
export interface IndexedDay {
  readonly day: string;
  readonly partitions: readonly string[];
}

const entrySchema = z.object({ sk: z.object({ S: z.string() }), shards: z.object({ N: z.coerce.number() }) });

/** The days with blocks in a range, in ascending order. Each block's day is in the index before the block is put. */
export async function indexedDays(table: Table, { from, to }: DayRange, options: ReadOptions): Promise<IndexedDay[]> {
  const shards = new Map<string, number>();
  // "~" sorts after the "#" that separates a day from its region.
  const query = { pk: 'days', between: [from ?? '0', `${to ?? '9'}~`] as const };
  for await (const items of queryPartition(table, query, options)) {
    for (const item of items) {
      const { success, data } = entrySchema.safeParse(item);
      if (!success)
        throw new OperatorError(`the entry ${item['sk']?.S} of the days in the table ${table.name} has no shards`);
      const day = data.sk.S.slice(0, '2026-11-21'.length);
      shards.set(day, Math.max(shards.get(day) ?? 0, data.shards.N));
    }
  }
  return Array.from(shards, ([day, count]) => ({
    day,
    partitions: Array.from({ length: count }, (_, shard) => shardKey(day, shard)),
  }));
}
