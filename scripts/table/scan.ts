import {
  type AttributeValue,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { explained } from '../aws/call.ts';
import { type ReadLimit, UNLIMITED } from './read-limit.ts';
import type { Table } from './table.ts';

/** An item with DynamoDB's type descriptors. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** How a table is read. */
export interface ReadOptions {
  /** Consistent reads see every acknowledged write, and cost twice as much. @default false */
  readonly consistent?: boolean;
  /** Shared by all reads of a command. @default UNLIMITED */
  readonly limit?: ReadLimit;
}

/** The parts of a table that are scanned at the same time. */
const SEGMENTS = 8;

/** Reads all items of a table by a parallel scan, a page at a time, in no order. */
export async function scanTable(
  table: Table,
  { consistent = false, limit = UNLIMITED }: ReadOptions,
  onPage: (items: readonly Item[]) => void,
): Promise<void> {
  const request = {
    TableName: table.name,
    ConsistentRead: consistent,
    ReturnConsumedCapacity: 'TOTAL' as const,
    TotalSegments: SEGMENTS,
  };
  const scanSegment = async (Segment: number): Promise<void> => {
    const read = (ExclusiveStartKey: Item | undefined) =>
      table.client.send(new ScanCommand({ ...request, Segment, ExclusiveStartKey }));
    for await (const items of pages(table, read, limit)) onPage(items);
  };
  await Promise.all(Array.from({ length: SEGMENTS }, (_, segment) => scanSegment(segment)));
}

/** Items of one partition between two sort keys. */
export interface PartitionQuery {
  readonly pk: string;
  /** First and last sort key, both inclusive. @default - the whole partition */
  readonly between?: readonly [first: string, last: string];
  /** Items in a page. @default - as many as DynamoDB returns, 1 MB */
  readonly pageItems?: number;
}

/** Reads items of a partition in ascending order of their sort keys, a page at a time. */
export function queryPartition(
  table: Table,
  { pk, between, pageItems }: PartitionQuery,
  { consistent = false, limit = UNLIMITED }: ReadOptions,
): AsyncGenerator<readonly Item[]> {
  const [first = '', last = ''] = between ?? [];
  const request: QueryCommandInput = {
    TableName: table.name,
    KeyConditionExpression: between ? 'pk = :pk AND sk BETWEEN :first AND :last' : 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: pk }, ...(between && { ':first': { S: first }, ':last': { S: last } }) },
    ConsistentRead: consistent,
    ReturnConsumedCapacity: 'TOTAL',
    Limit: pageItems,
  };
  const read = (ExclusiveStartKey: Item | undefined) =>
    table.client.send(new QueryCommand({ ...request, ExclusiveStartKey }));
  return pages(table, read, limit);
}

type Answer = Pick<QueryCommandOutput, 'Items' | 'LastEvaluatedKey' | 'ConsumedCapacity'>;

async function* pages(
  { name }: Table,
  read: (startKey: Item | undefined) => Promise<Answer>,
  limit: ReadLimit,
): AsyncGenerator<readonly Item[]> {
  let startKey: Item | undefined;
  do {
    const {
      Items = [],
      LastEvaluatedKey,
      ConsumedCapacity,
    } = await explained(`read the table ${name}`, read(startKey));
    yield Items;
    await limit(ConsumedCapacity?.CapacityUnits ?? 0);
    startKey = LastEvaluatedKey;
  } while (startKey !== undefined);
}
