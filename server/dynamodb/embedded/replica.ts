import { readItems } from './history.ts';
import { type Callback, type Item, type ItemDb, promised, type Store, type Table, type Write } from './store.ts';

/** Time to live does not delete items that expired longer ago. */
const FIVE_YEARS_S = 5 * 365 * 86_400;

/** A write to an item of a global table, as it is replicated. */
export interface ReplicatedWrite {
  readonly table: string;
  /** dynalite's key of the item. */
  readonly key: string;
  /** @default - the item was deleted */
  readonly value?: Item;
  /** When it was written, in epoch microseconds. */
  readonly atMicros: number;
  /** The region in which it was written. */
  readonly region: string;
}

interface ReplicaOptions {
  /** The global table. Other tables of the store are not replicated. */
  readonly table: string;
  readonly region: string;
  /** Epoch microseconds. */
  readonly nowMicros: () => number;
  /** Receives each write that was made here, before it is acknowledged. */
  readonly onWrite: (write: ReplicatedWrite) => void;
}

/**
 * Makes a table of a store a replica of a global table with multi-Region eventual consistency. Every write is reported
 * item by item, also those of a transaction. A write of another region is stored unless the item has a later one.
 */
export function makeReplica(store: Store, { table: globalTable, region, nowMicros, onWrite }: ReplicaOptions) {
  const latest = new Map<string, ReplicatedWrite>();
  const { getItemDb } = store;
  let lastMicros = 0;

  const report = (table: string, { key, ...write }: Write) => {
    // Two writes of one item at the same microsecond must keep their order.
    lastMicros = Math.max(lastMicros + 1, nowMicros());
    const value = write.type === 'put' ? { value: write.value } : {};
    const replicated = { table, key, ...value, atMicros: lastMicros, region };
    latest.set(`${table} ${key}`, replicated);
    onWrite(replicated);
  };

  store.getItemDb = (table) => {
    const items = getItemDb.call(store, table);
    if (table !== globalTable) return items;
    const reporting = (writes: readonly Write[], done: Callback): Callback => {
      return (error) => {
        if (!error) for (const write of writes) report(table, write);
        done(error);
      };
    };
    return Object.assign(Object.create(items) as ItemDb, {
      put: (key: string, value: Item, done: Callback) =>
        items.put(key, value, reporting([{ type: 'put', key, value }], done)),
      del: (key: string, done: Callback) => items.del(key, reporting([{ type: 'del', key }], done)),
      batch: (writes: readonly Write[], done: Callback) => items.batch(writes, reporting(writes, done)),
    });
  };

  const isExpired = (item: Item | undefined, attribute: string): boolean => {
    const { N } = (item?.[attribute] ?? {}) as { readonly N?: string };
    const ageS = nowMicros() / 1e6 - Number(N ?? Number.NaN);
    return ageS >= 0 && ageS < FIVE_YEARS_S;
  };

  return {
    /**
     * Deletes the items that are expired by now, as time to live does. Such a deletion is replicated like any other:
     * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
     */
    expire: async (attribute: string): Promise<void> => {
      const table = await promised<Table>((done) => store.getTable(globalTable, done));
      const items = store.getItemDb(globalTable);
      for (const [key, item] of table ? await readItems(store, table) : []) {
        if (!isExpired(item, attribute)) continue;
        await locked(items, key, async () => {
          // It may have been written again since it was read.
          const current = await promised<Item>((done) => items.get(key, done)).catch(() => undefined);
          if (isExpired(current, attribute)) await promised((done) => items.del(key, done));
        });
      }
    },
    /** Stores a write of another region, if it is the last one; of two at the same time that of the later region. */
    apply: async (write: ReplicatedWrite): Promise<void> => {
      const { table, key, value } = write;
      const items = getItemDb.call(store, table);
      await locked(items, key, async () => {
        const current = latest.get(`${table} ${key}`);
        if (current !== undefined && !isLater(write, current)) return;
        latest.set(`${table} ${key}`, write);
        await promised((done) => (value ? items.put(key, value, done) : items.del(key, done)));
      });
    },
  };
}

/** Changes an item while nobody else does. */
function locked(items: ItemDb, key: string, change: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    items.lock([key], (release) => {
      change().then(
        () => release(resolve)(),
        (error) => release(() => reject(error))(),
      );
    });
  });
}

function isLater(one: ReplicatedWrite, other: ReplicatedWrite): boolean {
  return one.atMicros > other.atMicros || (one.atMicros === other.atMicros && one.region > other.region);
}
