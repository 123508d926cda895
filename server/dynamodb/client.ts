import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { ConfiguredRetryStrategy } from '@smithy/util-retry';
import { tableDefinition } from '../contract.ts';
import { ServiceError } from '../errors.ts';
import { refreshExpiredCredentials, verifyAnswers } from './middleware.ts';

/** DynamoDB answers within milliseconds, so an attempt that takes this long is repeated on another connection. */
export const ATTEMPT_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 500;

/** About six seconds: longer than a failover inside DynamoDB, shorter than clients wait. */
const MAX_ATTEMPTS = 16;
const BACKOFF_BASE_MS = 25;
const BACKOFF_CAP_MS = 1_000;

/**
 * Exponential backoff with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): a random part of 25,
 * 50, 100 … 1,000 ms. The SDK's retry quota still applies: in a long outage, calls fail after their first attempt.
 */
function backoffMs(attempt: number): number {
  return Math.random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (attempt - 1));
}

/**
 * A client with timeouts and retries; the deadline of a call is its `abortSignal`. `address` is for a database that is
 * not on AWS. Without it, the SDK finds endpoint, region and credentials itself.
 */
export function createDynamoDBClient(address?: { readonly endpoint: string }): DynamoDBClient {
  const client = new DynamoDBClient({
    ...(address && {
      endpoint: address.endpoint,
      region: 'local',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
    retryStrategy: new ConfiguredRetryStrategy(MAX_ATTEMPTS, backoffMs),
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: ATTEMPT_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      // The request timeout ends with the headers; this one also ends an attempt whose body stops.
      socketTimeout: ATTEMPT_TIMEOUT_MS,
    },
  });
  verifyAnswers(client);
  refreshExpiredCredentials(client);
  return client;
}

/** Creates the table unless it exists, for databases without a stack. */
export async function createTable(client: DynamoDBClient, table: string): Promise<void> {
  try {
    await client.send(new CreateTableCommand(tableDefinition(table)));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }, { TableName: table });
}

/** The item with this key, read consistently. */
export async function getItem(
  client: DynamoDBClient,
  table: string,
  key: { readonly pk: string; readonly sk: string },
  abortSignal: AbortSignal,
): Promise<Record<string, unknown> | undefined> {
  const command = new GetItemCommand({ TableName: table, Key: marshall(key), ConsistentRead: true });
  const { Item } = await client.send(command, { abortSignal });
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

/** Fails with `unavailable` if the calls do not succeed within `deadlineMs`. */
export async function withinDeadline<T>(
  deadlineMs: number,
  call: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await call(AbortSignal.timeout(deadlineMs));
  } catch (cause) {
    throw new ServiceError('unavailable', 'the database did not answer in time', { retryAfterS: 1, cause });
  }
}
