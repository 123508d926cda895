import { paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type BlockItem, decodeBlock } from '../../../server/timestamps/block.ts';
import type { DatabaseProcess } from './processes.ts';
import { recordsOf } from './record-ids.ts';

type Scanned = Pick<DatabaseProcess, 'client' | 'tableName'>;

/** All items of the table. */
export async function scanItems({ client, tableName }: Scanned): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: tableName, ConsistentRead: true }))
    items.push(...Items.map((item) => unmarshall(item)));
  return items;
}

/** The ids of all timestamps, read directly from the table. */
export async function storedIds(database: Scanned): Promise<Set<string>> {
  const blocks = (await scanItems(database)).filter(({ lines }) => lines !== undefined);
  return new Set(blocks.flatMap((item) => recordsOf(decodeBlock(item as unknown as BlockItem)).map(({ id }) => id)));
}
