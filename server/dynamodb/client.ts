import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { tableDefinition } from '../contract.ts';
import { cacheCredentials } from '../credentials.ts';
import { ServiceError } from '../errors.ts';
import { systemRuntime } from '../runtime.ts';
import { refreshExpiredCredentials, verifyAnswers } from './middleware.ts';
import { type Deadline, deadlineIn, retry } from './retry.ts';

const CONNECT_TIMEOUT_MS = 500;
const CREATE_DEADLINE_MS = 10_000;

/**
 * A client that makes one attempt per call. `retry` repeats attempts, and ends those that take too long. `address` is
 * for a database that is not on AWS. Without it, the SDK finds endpoint, region and credentials itself.
 */
export function createDynamoDBClient(address?: { readonly endpoint: string }): DynamoDBClient {
  const client = new DynamoDBClient({
    ...(address && {
      endpoint: address.endpoint,
      region: 'local',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS },
  });
  client.config.credentials = cacheCredentials(client.config.credentials, systemRuntime);
  verifyAnswers(client);
  refreshExpiredCredentials(client);
  return client;
}

/** Creates the table unless it exists, for databases without a stack. */
export async function createTable(client: DynamoDBClient, table: string): Promise<void> {
  const create = new CreateTableCommand(tableDefinition(table));
  try {
    await retry(deadlineIn(CREATE_DEADLINE_MS, systemRuntime), (abortSignal) => client.send(create, { abortSignal }));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }, { TableName: table });
}

/** The part of the SDK's client that the adapters use. */
export type DynamoDBPort = Pick<DynamoDBClient, 'send'>;

/** The item with this key, read consistently. */
export async function getItem(
  client: DynamoDBPort,
  table: string,
  key: { readonly pk: string; readonly sk: string },
  deadline: Deadline,
): Promise<Record<string, unknown> | undefined> {
  const command = new GetItemCommand({ TableName: table, Key: marshall(key), ConsistentRead: true });
  const { Item } = await retry(deadline, (abortSignal) => client.send(command, { abortSignal }));
  return Item && unmarshall(Item);
}

/** Whether the condition of a write was met. */
export async function isConditionMet(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** Fails with `unavailable` if the calls do not succeed. */
export async function orUnavailable<T>(calls: Promise<T>): Promise<T> {
  try {
    return await calls;
  } catch (cause) {
    throw new ServiceError('unavailable', 'the database did not answer in time', { retryAfterS: 1, cause });
  }
}
