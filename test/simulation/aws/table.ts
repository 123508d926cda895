import type { Item } from './conditions.ts';

interface Version {
  readonly item: Item | undefined;
  readonly sinceMicros: number;
  before: Version | undefined;
}

/** The items of a table, with the recent versions that eventually consistent reads may return. */
export class Table {
  readonly #partitions = new Map<string, Map<string, Version>>();
  readonly #nowMicros: () => number;
  readonly #random: () => number;
  /** An eventually consistent read may miss writes of this last time. */
  readonly #staleMicros: number;
  /** Called for each write of this region. */
  onWrite: (key: Item, item: Item | undefined) => void = () => {};

  constructor(nowMicros: () => number, random: () => number, staleMs: number) {
    this.#nowMicros = nowMicros;
    this.#staleMicros = staleMs * 1_000;
    this.#random = random;
  }

  read({ pk, sk }: Item, consistent: boolean): Item | undefined {
    const version = this.#partitions.get(textOf(pk))?.get(textOf(sk));
    return this.#visible(version, this.#readAsOf(consistent));
  }

  /** Replaces an item, or deletes it. */
  write(key: Item, item: Item | undefined): void {
    this.replicate(key, item);
    this.onWrite(key, item);
  }

  /** Applies a write of another region. */
  replicate({ pk, sk }: Item, item: Item | undefined): void {
    let partition = this.#partitions.get(textOf(pk));
    if (partition === undefined) {
      partition = new Map();
      this.#partitions.set(textOf(pk), partition);
    }
    const before = partition.get(textOf(sk));
    partition.set(textOf(sk), { item, sinceMicros: this.#nowMicros(), before });
    let needed = before;
    while (needed && needed.sinceMicros > this.#nowMicros() - this.#staleMicros) needed = needed.before;
    if (needed) needed.before = undefined;
  }

  /** The items of a partition in ascending order of their sort keys. */
  partition(pk: string, consistent: boolean): Item[] {
    const asOf = this.#readAsOf(consistent);
    const versions = [...(this.#partitions.get(pk) ?? [])].sort(([one], [other]) => (one < other ? -1 : 1));
    return versions.map(([, version]) => this.#visible(version, asOf)).filter((item) => item !== undefined);
  }

  /** The number of items that a query returns at once. DynamoDB ends a page after 1 MB, whatever the limit is. */
  pageSize(limit: number): number {
    return this.#random() < 0.2 ? Math.min(limit, 1 + Math.floor(this.#random() * 4)) : limit;
  }

  /** All items as they are now. */
  *items(): Generator<Item> {
    for (const partition of this.#partitions.values()) for (const { item } of partition.values()) if (item) yield item;
  }

  #readAsOf(consistent: boolean): number {
    return consistent ? Number.POSITIVE_INFINITY : this.#nowMicros() - this.#random() * this.#staleMicros;
  }

  #visible(version: Version | undefined, asOfMicros: number): Item | undefined {
    if (version === undefined || version.sinceMicros <= asOfMicros) return version?.item;
    return this.#visible(version.before, asOfMicros);
  }
}

function textOf(value: Item[string] | undefined): string {
  if (value?.S === undefined) throw new Error(`a key should be text, not ${JSON.stringify(value)}`);
  return value.S;
}
