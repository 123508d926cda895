/**
 * Prints the items in a table, one per line, read without the server: `item-reader.ts ENDPOINT TABLE`. Leaves out those
 * that expire, and those that a region writes again every few seconds.
 */
import { z } from 'zod';
import { itemHash } from '../../../table/digest.ts';
import { contentOf, keyOf } from '../../../table/items.ts';
import { scanTable } from '../../../table/scan.ts';
import { openTable, type Table } from '../../../table/table.ts';
import { isoFromMicros } from '../../../table/time.ts';

/** An item of a table, as this script prints it. */
export const storedItemSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  /** Of its key and of all attributes that carry data. */
  hash: z.string(),
  /** The timestamps of a block, each with its trace id: `2026-11-21T07:45:00.000001Z 1-…`. Empty for other items. */
  records: z.array(z.string()),
});

/** An item of a table. */
export type StoredItem = z.output<typeof storedItemSchema>;

/** The timestamps of all blocks. */
export function timestampsOf(items: readonly StoredItem[]): string[] {
  return items.flatMap(({ records }) => records.map((record) => record.split(' ')[0] ?? ''));
}

/** The items of a table, in no order. */
export async function storedItems(table: Table): Promise<StoredItem[]> {
  const found: StoredItem[] = [];
  await scanTable(table, { consistent: true }, (items) => {
    for (const item of items) {
      const content = contentOf(item, Date.now() / 1_000);
      if (content.kind === 'temporary') continue;
      const arrivals = content.kind === 'block' ? content.block.arrivals : [];
      const records = arrivals.map(({ micros, traceId }) => `${isoFromMicros(micros)} ${traceId}`);
      found.push({ ...keyOf(item), hash: itemHash(item).toString(16), records });
    }
  });
  return found;
}

if (import.meta.main) {
  const [endpoint, table] = process.argv.slice(2);
  if (!endpoint || !table) throw new Error('usage: item-reader.ts ENDPOINT TABLE');
  for (const item of await storedItems(openTable(table, endpoint))) console.log(JSON.stringify(item));
}
