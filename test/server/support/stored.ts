import { paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type BlockItem, decodeBlock } from '../../../server/timestamps/block.ts';
import type { DatabaseProcess } from './processes.ts';
import { recordsOf } from './record-ids.ts';

/** The ids of all timestamps, read directly from the table. */
export async function storedIds({
  client,
  tableName,
}: Pick<DatabaseProcess, 'client' | 'tableName'>): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { Items = [] } of paginateScan({ client }, { TableName: tableName, ConsistentRead: true }))
    for (const item of Items) {
      if (!item['lines']) continue;
      for (const { id } of recordsOf(decodeBlock(unmarshall(item) as BlockItem))) ids.add(id);
    }
  return ids;
}
