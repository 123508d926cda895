import {
  type AttributeValue,
  type CancellationReason,
  type Put,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBPort } from './client.ts';
import { type Deadline, retry } from './retry.ts';

/** A put of a transaction, whose condition decides for the whole transaction. */
export type ConditionalPut = Pick<Put, 'ConditionExpression' | 'ExpressionAttributeValues'> & {
  readonly Item: Record<string, AttributeValue>;
};

/** What a condition found: the existing item. Every condition of a put holds if there is none. */
export interface FailedCondition {
  readonly existing: Readonly<Record<string, unknown>>;
}

export const IF_NEW = { ConditionExpression: 'attribute_not_exists(pk)' } as const;

/**
 * Puts all items or none. Returns an empty list once they are stored; otherwise, for each put in order, what failed its
 * condition, or `undefined`. A repeated attempt finds its own items if an earlier one succeeded and its answer was lost.
 * The items show it permanently; DynamoDB's request tokens expire after ten minutes. Rejects like {@link retry}.
 */
export async function putTogether(
  client: DynamoDBPort,
  table: string,
  puts: readonly ConditionalPut[],
  deadline: Deadline,
): Promise<readonly (FailedCondition | undefined)[]> {
  const command = new TransactWriteItemsCommand({
    TransactItems: puts.map((put) => ({
      Put: { ...put, TableName: table, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
    })),
  });
  try {
    await retry(deadline, (abortSignal) => client.send(command, { abortSignal }));
    return [];
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const failed = (error.CancellationReasons ?? []).map(failedCondition);
    if (failed.every((each) => each === undefined)) throw error;
    return failed;
  }
}

function failedCondition({ Code, Item }: CancellationReason): FailedCondition | undefined {
  if (Code !== 'ConditionalCheckFailed') return undefined;
  // Without the item nothing can be concluded. Above all, the put has not succeeded.
  if (Item === undefined) throw new Error('a transaction was cancelled without the item that failed its condition');
  return { existing: unmarshall(Item) };
}
