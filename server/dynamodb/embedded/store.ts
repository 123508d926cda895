import type { Server } from 'node:http';
import type { Readable } from 'node:stream';
import dynalite from 'dynalite';
import db from 'dynalite/db/index.js';

/** An item as DynamoDB's JSON. */
export type Item = Readonly<Record<string, object>>;
export type Callback<T = void> = (error: Error | null, value?: T) => void;
export type Write = { readonly type: 'put'; readonly key: string; readonly value: Item } | { type: 'del'; key: string };

/** What dynalite stores of a table; `DescribeTable` returns all of it. */
export interface Table {
  readonly TableName: string;
  readonly TableArn: string;
  readonly TableId: string;
  readonly TableStatus: 'CREATING' | 'UPDATING' | 'DELETING' | 'ACTIVE';
  readonly DeletionProtectionEnabled?: boolean;
  readonly [name: string]: unknown;
}

/** The part of dynalite's store that our extensions use. */
export interface Store {
  getTable(name: string, done: Callback<Table>): void;
  /** With `false`, also a table that is being created or deleted. */
  getTable(name: string, mustBeActive: false, done: Callback<Table>): void;
  getItemDb(table: string): ItemDb;
  readonly tableDb: {
    put(name: string, table: Table, done: Callback): void;
    del(name: string, done: Callback): void;
  };
}

/** The items of a table. */
export interface ItemDb {
  lock: ((keys: string[], locked: (release: (done: () => void) => () => void) => void) => void) & {
    isLocked(key: string): boolean;
  };
  get(key: string, done: Callback<Item>): void;
  put(key: string, value: Item, done: Callback): void;
  del(key: string, done: Callback): void;
  batch(writes: readonly Write[], done: Callback): void;
  createValueStream(options: object): Readable;
}

/** Creates dynalite's server. It does not export its store, so it is taken from the function that creates it. */
export function openStore(options: object): { server: Server; store: Store } {
  const { create } = db;
  let store: Store | undefined;
  db.create = (given) => {
    store = create(given);
    return store;
  };
  try {
    const server = dynalite(options);
    return { server, store: store as Store };
  } finally {
    db.create = create;
  }
}

/** The result of a call that takes a callback. */
export function promised<T>(call: (done: Callback<T>) => void): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    call((error, value) => (error ? reject(error) : resolve(value)));
  });
}
