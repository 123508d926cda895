import { buffer } from 'node:stream/consumers';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { refreshIfExpired } from '../expired-credentials.ts';
import { isFromDynamoDB } from './checksum.ts';

/** An answer of the SDK's HTTP client. */
interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  body: AsyncIterable<Uint8Array> | Uint8Array;
}

/** Fails a call if something other than DynamoDB answered it with 200. The SDK checks no checksum. */
export function verifyAnswers(client: DynamoDBClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const answer = result.response as Answer;
      if (answer.statusCode !== 200) return result;
      const body = answer.body instanceof Uint8Array ? answer.body : await buffer(answer.body);
      if (!isFromDynamoDB(body, answer.headers['x-amz-crc32']))
        throw new Error('an answer with status 200 has no matching x-amz-crc32: DynamoDB did not send it');
      answer.body = body;
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'verifyAnswers' },
  );
}

/** Gets new credentials if those of a call have expired, for its next attempt. */
export function refreshExpiredCredentials(client: DynamoDBClient): void {
  client.middlewareStack.add((next) => (args) => refreshIfExpired(client, () => next(args)), {
    step: 'initialize',
    name: 'refreshExpiredCredentials',
  });
}
