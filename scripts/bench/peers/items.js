import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';

const client = DynamoDBDocumentClient.from(new DynamoDBClient());
const TableName = process.env.TABLE_NAME;
const instance = hostname();

/** The item of a request: what Stampede stores of each timestamp. `header` reads a header by its name. */
export function itemOf(header) {
  return {
    pk: randomUUID(),
    sk: new Date().toISOString(),
    traceId: /Root=([\w-]+)/.exec(header('x-amzn-trace-id') ?? '')?.[1] ?? randomUUID(),
    clientAddress: header('x-forwarded-for'),
    protocol: header('x-forwarded-proto'),
    instance,
  };
}

/** Stores one item; resolves when DynamoDB has acknowledged it. */
export function putItem(Item) {
  return client.send(new PutCommand({ TableName, Item }));
}

export function getItem({ pk, sk }) {
  return client.send(new GetCommand({ TableName, Key: { pk, sk } }));
}
