/** Prints every timestamp in a table, one a line, read without the server: `table-reader.ts ENDPOINT TABLE`. */
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';

/** Timestamps of a block. Its sort key begins with the last one, its lines with seconds, up to 0.25 s earlier. */
export function timestampsIn(sortKey: string, lines: string): string[] {
  const last = sortKey.slice(0, 26);
  const minute = last.slice(0, 17);
  const minuteBefore = new Date(Date.parse(`${last}Z`) - 60_000).toISOString().slice(0, 17);
  return lines.split('\n').map((line) => {
    const seconds = line.slice(0, 9);
    return `${seconds > last.slice(17) ? minuteBefore : minute}${seconds}Z`;
  });
}

async function printTimestamps(endpoint: string, TableName: string): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials });
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    for (const { sk, lines } of Items.map((item) => unmarshall(item))) {
      if (lines) console.log(timestampsIn(sk, lines).join('\n'));
    }
  }
}

if (import.meta.main) {
  const [endpoint, table] = process.argv.slice(2);
  if (!endpoint || !table) throw new Error('usage: table-reader.ts ENDPOINT TABLE');
  await printTimestamps(endpoint, table);
}
