import { paginateScan } from '@aws-sdk/client-dynamodb';
import { decodeBlock, recordsOf } from '../../../server/timestamps/block.ts';
import type { DatabaseProcess } from './processes.ts';

/** The ids of all timestamps in the table, read from the table itself. */
export async function storedIds({
  client,
  tableName,
}: Pick<DatabaseProcess, 'client' | 'tableName'>): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { Items = [] } of paginateScan({ client }, { TableName: tableName, ConsistentRead: true }))
    for (const { pk, sk, instance, count, lines } of Items) {
      if (!lines) continue;
      const item = {
        pk: pk?.S ?? '',
        sk: sk?.S ?? '',
        instance: instance?.S ?? '',
        count: Number(count?.N),
        lines: lines.S ?? '',
      };
      for (const { id } of recordsOf(decodeBlock(item))) ids.add(id);
    }
  return ids;
}
