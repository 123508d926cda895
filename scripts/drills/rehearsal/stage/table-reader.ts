/** Prints every timestamp in a table, one a line, read without the server: `stored-lines.ts ENDPOINT TABLE`. */
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { timestampsIn } from '../block-times.ts';

const [endpoint, TableName] = process.argv.slice(2);
if (!endpoint || !TableName) throw new Error('usage: stored-lines.ts ENDPOINT TABLE');

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const client = new DynamoDBClient({ endpoint, region: 'local', credentials });
for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
  for (const { sk, lines } of Items) {
    if (!lines?.S) continue;
    for (const timestamp of timestampsIn(sk?.S ?? '', lines.S)) console.log(timestamp);
  }
}
