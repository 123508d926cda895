import { type DayRange, isOfDays } from './days.ts';
import { itemHash } from './digest.ts';
import { type Group, groupOf, type TableDigests } from './digests.ts';
import { contentOf, type Key, keyOf } from './items.ts';
import { queryPartition, type ReadOptions, scanTable } from './scan.ts';
import type { Table } from './table.ts';

/** How the other table differs from the first in one item. */
export interface Difference extends Key {
  /** The item is only in the first table, only in the other one, or in both with other content. */
  readonly state: 'missing' | 'extra' | 'different';
}

/** A group that is not the same in both tables. */
export interface DifferentGroup {
  /** A day, or `days`, `names`, `unknown`, `users`. */
  readonly name: string;
  readonly first: Group | undefined;
  readonly other: Group | undefined;
}

/** The groups whose digests differ, days first, in their order. */
export function differentGroups(first: TableDigests, other: TableDigests): DifferentGroup[] {
  const compare = (one: ReadonlyMap<string, Group>, two: ReadonlyMap<string, Group>) =>
    [...new Set([...one.keys(), ...two.keys()])]
      .toSorted()
      .map((name) => ({ name, first: one.get(name), other: two.get(name) }))
      .filter(({ first: a, other: b }) => a?.digest !== b?.digest || a?.items !== b?.items);
  return [...compare(first.days, other.days), ...compare(first.others, other.others)];
}

/** The options with which the digests were made. */
export interface DifferenceOptions extends ReadOptions {
  /** What has expired at this time is not compared. */
  readonly nowSeconds: number;
  /** @default - all days */
  readonly range?: DayRange | undefined;
}

type Hashed = readonly [key: Key, hash: bigint];

/** The first item of a group, by its key, in which two tables differ; undefined if they are equal meanwhile. */
export async function firstDifference(
  tables: readonly [first: Table, other: Table],
  { name, first, other }: DifferentGroup,
  options: DifferenceOptions,
): Promise<Difference | undefined> {
  const partitions = [...new Set([...(first?.partitions ?? []), ...(other?.partitions ?? [])])].toSorted();
  if (partitions.length === 0) return await differenceOfGroup(tables, name, options);
  for (const pk of partitions) {
    const [one, two] = tables;
    const difference = await firstOf(hashesOfPartition(one, pk, options), hashesOfPartition(two, pk, options));
    if (difference) return difference;
  }
  return undefined;
}

type Sorted = AsyncIterator<Hashed>;

/** The hashes of the items of a partition, in the order of their keys. */
async function* hashesOfPartition(table: Table, pk: string, options: DifferenceOptions): AsyncGenerator<Hashed> {
  const { nowSeconds, range = {} } = options;
  for await (const items of queryPartition(table, { pk }, options)) {
    for (const item of items.filter((each) => isOfDays(each, range))) {
      if (contentOf(item, nowSeconds).kind !== 'temporary') yield [keyOf(item), itemHash(item)];
    }
  }
}

/** For groups whose items are in many partitions. They are few compared with blocks. */
async function differenceOfGroup([first, other]: readonly [Table, Table], name: string, options: DifferenceOptions) {
  const sorted = async function* (table: Table): AsyncGenerator<Hashed> {
    const found: Hashed[] = [];
    await scanTable(table, options, (items) => {
      for (const item of items) {
        const key = keyOf(item);
        if (groupOf(key, contentOf(item, options.nowSeconds)) === name) found.push([key, itemHash(item)]);
      }
    });
    yield* found.toSorted(([one], [two]) => order(one, two));
  };
  return await firstOf(sorted(first), sorted(other));
}

async function firstOf(first: Sorted, other: Sorted): Promise<Difference | undefined> {
  for (;;) {
    const [one, two] = [(await first.next()).value, (await other.next()).value] as (Hashed | undefined)[];
    if (!one && !two) return undefined;
    const sign = one && two ? order(one[0], two[0]) : one ? -1 : 1;
    if (one && sign < 0) return { ...one[0], state: 'missing' };
    if (two && sign > 0) return { ...two[0], state: 'extra' };
    if (one && two && one[1] !== two[1]) return { ...one[0], state: 'different' };
  }
}

/** Order of keys; DynamoDB sorts by bytes, and all keys of days are ASCII. */
function order(one: Key, two: Key): number {
  if (one.pk !== two.pk) return one.pk < two.pk ? -1 : 1;
  return one.sk === two.sk ? 0 : one.sk < two.sk ? -1 : 1;
}
