/** Reads the records of a table without the server: an independent reading of what ARCHITECTURE.md says of items. */
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';

/** A record in the table. */
export interface StoredRecord {
  /** The 24 last hexadecimal digits of its trace id. */
  readonly trace: string;
  /** As answers have it: `2026-11-21T07:45:00.123456Z`. */
  readonly time: string;
  /** The process that wrote it, and the number of its block. */
  readonly writer: string;
  readonly sequence: string;
}

/** Partition keys of blocks: a day and a shard. */
const BLOCK_KEY = /^\d{4}-\d\d-\d\d#\d\d+$/;

/** The records of a block: its sort key has time, writer and sequence, its lines seconds, trace and address. */
export function recordsOf(sortKey: string, lines: string): StoredRecord[] {
  const [last = '', writer = '', sequence = ''] = sortKey.split('#');
  return lines.split('\n').map((line) => {
    const [seconds = '', trace = ''] = line.split(' ');
    return { trace: trace.slice(-24), time: timeOf(seconds, last), writer, sequence };
  });
}

/** The latest time with these seconds that is not after the block's last one. */
function timeOf(seconds: string, last: string): string {
  const minute = last.slice(0, 17);
  if (`${minute}${seconds}Z` <= last) return `${minute}${seconds}Z`;
  const before = new Date(Date.parse(last) - 60_000).toISOString();
  return `${before.slice(0, 17)}${seconds}Z`;
}

/** A user in the table. */
export interface StoredUser {
  readonly id: string;
  readonly name: string;
}

/** What a table contains. */
export interface TableContent {
  readonly records: readonly StoredRecord[];
  readonly users: readonly StoredUser[];
}

/** Reads a table by a consistent scan. */
export async function readTable(endpoint: string, TableName: string): Promise<TableContent> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials });
  const records: StoredRecord[] = [];
  const users: StoredUser[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true }))
    for (const { pk, sk, lines, username } of Items) {
      if (BLOCK_KEY.test(pk?.S ?? '')) records.push(...recordsOf(sk?.S ?? '', lines?.S ?? ''));
      if (pk?.S === 'users' && username?.S) users.push({ id: sk?.S ?? '', name: username.S });
    }
  client.destroy();
  return { records, users };
}
