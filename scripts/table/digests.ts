import { type DayRange, indexedDays, isOfDays } from './days.ts';
import { SetDigest } from './digest.ts';
import { type Content, contentOf, type Key, keyOf } from './items.ts';
import { type Item, queryPartition, type ReadOptions, scanTable } from './scan.ts';
import type { Table } from './table.ts';

/** What a table has of one day, or of another group of items. */
export interface Group {
  /** Blocks, or other items. */
  readonly items: number;
  readonly timestamps: number;
  /** Independent of the order of the items: see `SetDigest`. */
  readonly digest: string;
  /** The partition keys, in ascending order; empty for names and unknown items, which may each have their own. */
  readonly partitions: readonly string[];
}

/** An item that is not as expected. */
export interface Finding extends Key {
  readonly problem: string;
}

/** A whole table, or some days of it. */
export interface TableDigests {
  /** By day, `2026-11-21`, in ascending order. */
  readonly days: ReadonlyMap<string, Group>;
  /** `days` (the index), `names`, `unknown`, `users`. Only `users` if only some days were read. */
  readonly others: ReadonlyMap<string, Group>;
  /** Items that expire, or that a region writes again every few seconds: not in any digest. */
  readonly temporary: number;
  /** Blocks that cannot be decoded. They are in the digest of their day, without timestamps. */
  readonly damaged: readonly Finding[];
  /** The keys of some of the items of unknown kinds; `others` has their number. */
  readonly unknown: readonly Key[];
}

export interface DigestOptions extends ReadOptions {
  /** Reads only these days and the users created on them, by queries. @default - the whole table, by a scan */
  readonly range?: DayRange | undefined;
  /** What has expired at this time is not in any digest. @default - the time of the call */
  readonly nowSeconds?: number;
  /** Called after each page with its number of items. */
  readonly onRead?: (items: number) => void;
}

/** Unknown items that are named. */
const NAMED = 10;

/**
 * Reads a table and summarises it by day. Tables with equal digests have the same timestamps, users and index of days.
 * Needs little memory, whatever the size of the table.
 *
 * @throws OperatorError if the table cannot be read
 */
export async function digestsByDay(table: Table, options: DigestOptions = {}): Promise<TableDigests> {
  const { range, nowSeconds = Date.now() / 1_000 } = options;
  const summary = new Summary(nowSeconds);
  const onPage = (items: readonly Item[]) => {
    for (const item of items) summary.add(item);
    options.onRead?.(items.length);
  };
  if (range === undefined) {
    await scanTable(table, options, onPage);
    return summary.result();
  }
  const read = async (pk: string) => {
    for await (const items of queryPartition(table, { pk }, options)) {
      onPage(items.filter((item) => isOfDays(item, range)));
    }
  };
  for (const { partitions } of await indexedDays(table, range, options)) await Promise.all(partitions.map(read));
  await read('users');
  return summary.result();
}

interface OpenGroup {
  items: number;
  timestamps: number;
  readonly digest: SetDigest;
  readonly partitions: Set<string>;
}

/** The groups while a table is read. */
class Summary {
  readonly #groups = new Map<string, OpenGroup>();
  readonly #damaged: Finding[] = [];
  readonly #unknown: Key[] = [];
  readonly #nowSeconds: number;
  #temporary = 0;

  constructor(nowSeconds: number) {
    this.#nowSeconds = nowSeconds;
  }

  add(item: Item): void {
    const content = contentOf(item, this.#nowSeconds);
    const key = keyOf(item);
    if (content.kind === 'temporary') {
      this.#temporary += 1;
      return;
    }
    if (content.kind === 'damaged') this.#damaged.push({ ...key, problem: content.reason });
    if (content.kind === 'unknown' && this.#unknown.length < NAMED) this.#unknown.push(key);
    const name = groupOf(key, content);
    const group = this.#group(name);
    if (!isScattered(name)) group.partitions.add(key.pk);
    group.items += 1;
    group.timestamps += content.kind === 'block' ? content.block.arrivals.length : 0;
    group.digest.add(item);
  }

  result(): TableDigests {
    const groups = [...this.#groups]
      .map(([name, { digest, partitions, ...counts }]): [string, Group] => [
        name,
        { ...counts, digest: digest.toString(), partitions: [...partitions].toSorted() },
      ])
      .toSorted(([one], [other]) => (one < other ? -1 : 1));
    return {
      days: new Map(groups.filter(([name]) => isDay(name))),
      others: new Map(groups.filter(([name]) => !isDay(name))),
      temporary: this.#temporary,
      damaged: this.#damaged,
      unknown: this.#unknown,
    };
  }

  #group(name: string) {
    const known = this.#groups.get(name);
    if (known) return known;
    const group = { items: 0, timestamps: 0, digest: new SetDigest(), partitions: new Set<string>() };
    this.#groups.set(name, group);
    return group;
  }
}

/** The group of an item: a day, or the kind of an item that is not a block. */
export function groupOf({ pk }: Key, { kind }: Content): string {
  return kind === 'block' || kind === 'damaged' ? pk.slice(0, '2026-11-21'.length) : kind;
}

/** Whether each item of a group may be in a partition of its own. */
function isScattered(name: string): boolean {
  return name === 'names' || name === 'unknown';
}

function isDay(name: string): boolean {
  return /^\d/.test(name);
}
