import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Items } from './history.ts';
import { refusal } from './refusal.ts';
import { promised, type Store, type Table } from './store.ts';
import { anyTable, putTable } from './table-settings.ts';

/** Where the items of a restored table come from. */
interface Source {
  readonly SourceBackupArn?: string;
  /** Seconds since the epoch. */
  readonly RestoreDateTime: number;
}

/** What a restored table has of its source. Everything else must be set again, as on AWS. */
const RESTORED = [
  'AttributeDefinitions',
  'KeySchema',
  'LocalSecondaryIndexes',
  'GlobalSecondaryIndexes',
  'ProvisionedThroughput',
  'BillingModeSummary',
  'TableThroughputModeSummary',
];

/** Restores items to a new table. The table is CREATING until they are in it, and answers no requests for items. */
export function createRestore(store: Store, restoreMs: number) {
  return async (TableName: string, source: Table, items: Items, from: Source) => {
    if (await anyTable(store, TableName).catch(() => undefined))
      throw refusal('TableAlreadyExistsException', `Table already exists: ${TableName}`);
    const kept = Object.fromEntries(Object.entries(source).filter(([name]) => RESTORED.includes(name)));
    const summary = { ...from, SourceTableArn: source.TableArn };
    const table: Table = {
      ...kept,
      TableName,
      TableArn: source.TableArn.replace(/[^/]*$/, TableName),
      TableId: randomUUID(),
      TableStatus: 'CREATING',
      CreationDateTime: Date.now() / 1_000,
      ItemCount: 0,
      TableSizeBytes: 0,
      DeletionProtectionEnabled: false,
      RestoreSummary: { ...summary, RestoreInProgress: true },
    };
    await putTable(store, table);
    void fill(table, items).catch((error: Error) => console.error(error));
    return { TableDescription: table };
  };

  async function fill(table: Table, items: Items): Promise<void> {
    await sleep(restoreMs, undefined, { ref: false });
    const writes = Array.from(items, ([key, value]) => ({ type: 'put' as const, key, value }));
    await promised((done) => store.getItemDb(table.TableName).batch(writes, done));
    const RestoreSummary = { ...(table['RestoreSummary'] as object), RestoreInProgress: false };
    await putTable(store, { ...table, TableStatus: 'ACTIVE', RestoreSummary });
  }
}
