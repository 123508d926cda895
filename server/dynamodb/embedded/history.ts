import db from 'dynalite/db/index.js';
import { refusal } from './refusal.ts';
import type { Callback, Item, ItemDb, Store, Table, Write } from './store.ts';

/** The items of a table at one time, by their keys. */
export type Items = ReadonlyMap<string, Item>;

interface Change {
  readonly atMs: number;
  readonly key: string;
  /** Undefined: it was deleted. */
  readonly value: Item | undefined;
}

/** Continuous backups of a table: its items when they were turned on, and each change since. */
interface History {
  base: Items;
  /** Epoch milliseconds. */
  fromMs: number;
  readonly changes: Change[];
}

/** Records the changes of chosen tables, and refuses writes to a table that is being deleted. */
export function recordHistory(store: Store, now: () => number) {
  const histories = new Map<string, History>();
  const deleting = new Set<string>();
  const { getItemDb } = store;

  store.getItemDb = (name) => {
    const items = getItemDb.call(store, name);
    const written = (writes: readonly Write[], done: Callback): Callback => {
      return (error) => {
        const atMs = now();
        if (!error) {
          for (const write of writes)
            histories.get(name)?.changes.push({
              atMs,
              key: write.key,
              value: write.type === 'put' ? write.value : undefined,
            });
        }
        done(error);
      };
    };
    const guarded = (done: Callback, write: () => void) => {
      // Otherwise a put that has passed the check of the table would be acknowledged, but in no copy of it.
      if (deleting.has(name)) done(refusal('ResourceNotFoundException', 'Requested resource not found'));
      else write();
    };
    return Object.assign(Object.create(items) as ItemDb, {
      put: (key: string, value: Item, done: Callback) =>
        guarded(done, () => items.put(key, value, written([{ type: 'put', key, value }], done))),
      del: (key: string, done: Callback) => guarded(done, () => items.del(key, written([{ type: 'del', key }], done))),
      batch: (writes: readonly Write[], done: Callback) =>
        guarded(done, () => items.batch(writes, written(writes, done))),
    });
  };

  const { del } = store.tableDb;
  store.tableDb.del = (name, done) => {
    // The deletion has ended: a new table may have this name.
    deleting.delete(name);
    del.call(store.tableDb, name, done);
  };

  return {
    /** Begins to record; resolves when the table can be restored to any later time. */
    turnOn: async (table: Table): Promise<void> => {
      const history: History = { base: new Map(), fromMs: Infinity, changes: [] };
      histories.set(table.TableName, history);
      history.base = await readItems(store, table);
      history.fromMs = now();
    },
    turnOff: (table: string): void => void histories.delete(table),
    /** Since when the table can be restored, epoch milliseconds; undefined if its history is not recorded. */
    fromMs: (table: string): number | undefined => histories.get(table)?.fromMs,
    /** The items as they were at a time. */
    itemsAt: (table: string, atMs: number): Items => {
      const { base = new Map<string, Item>(), changes = [] } = histories.get(table) ?? {};
      const items = new Map(base);
      for (const { key, value } of changes.filter((change) => change.atMs <= atMs)) {
        if (value) items.set(key, value);
        else items.delete(key);
      }
      return items;
    },
    /** Refuses writes to a table from now on, and returns its last items. */
    closeTable: async (table: Table): Promise<Items> => {
      deleting.add(table.TableName);
      return readItems(store, table);
    },
  };
}

/** All items of a table, as they are stored now. */
export async function readItems(store: Store, table: Table): Promise<Items> {
  const items = new Map<string, Item>();
  for await (const item of store.getItemDb(table.TableName).createValueStream({}))
    items.set(db.createKey(item, table), item);
  return items;
}
