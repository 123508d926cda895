import {
  CreateTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { ConfiguredRetryStrategy } from '@smithy/util-retry';
import { tableDefinition } from '../contract.ts';

/** DynamoDB answers in milliseconds; a call that takes this long is lost, and repeated on another connection. */
export const ATTEMPT_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 500;

/** About six seconds of trying: longer than DynamoDB's own failovers, shorter than a client's patience. */
const MAX_ATTEMPTS = 16;
const BACKOFF_BASE_MS = 25;
const BACKOFF_CAP_MS = 1_000;

/**
 * Exponential backoff with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): a random part of
 * 25, 50, 100 … 1,000 ms. The SDK's retry quota stays in force: in a long outage calls fail after their first attempt.
 */
function backoffMs(attempt: number): number {
  return Math.random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (attempt - 1));
}

/** Where DynamoDB is, when it is not AWS's own. Without it the SDK finds endpoint, region and credentials by itself. */
export interface DatabaseAddress {
  readonly endpoint: string;
}

/** A client with deadlines and retries for single calls. A call's whole deadline is its `abortSignal`. */
export function createDynamoDBClient(address?: DatabaseAddress): DynamoDBClient {
  return new DynamoDBClient({
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
    },
  });
}

/** Creates the table where the stack does not (embedded database, tests); harmless when it is there. */
export async function createTable(client: DynamoDBClient, table: string): Promise<void> {
  try {
    await client.send(new CreateTableCommand(tableDefinition(table)));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }, { TableName: table });
}
