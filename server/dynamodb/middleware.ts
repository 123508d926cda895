import { buffer } from 'node:stream/consumers';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isFromDynamoDB } from './checksum.ts';

/** An answer of the SDK's HTTP client. */
interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  body: AsyncIterable<Uint8Array> | Uint8Array;
}

/** How AWS refuses credentials that have expired; the SDK does not repeat such a call. */
const EXPIRED = /^ExpiredToken(Exception)?$/;

/** Repeats a call if something else than DynamoDB answered it with 200. The SDK checks no checksum. */
export function verifyAnswers(client: DynamoDBClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const answer = result.response as Answer;
      if (answer.statusCode !== 200) return result;
      const body = answer.body instanceof Uint8Array ? answer.body : await buffer(answer.body);
      if (!isFromDynamoDB(body, answer.headers['x-amz-crc32'])) {
        const error = new Error('an answer with status 200 has no matching x-amz-crc32: DynamoDB did not send it');
        // With this property, the SDK repeats the call.
        throw Object.assign(error, { $retryable: {} });
      }
      answer.body = body;
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'verifyAnswers' },
  );
}

/** Repeats a call once with new credentials if its credentials have expired. */
export function refreshExpiredCredentials(client: DynamoDBClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (!EXPIRED.test((error as Error).name)) throw error;
        await client.config.credentials({ forceRefresh: true });
        return await next(args);
      }
    },
    { step: 'initialize', name: 'refreshExpiredCredentials' },
  );
}
