import { buffer } from 'node:stream/consumers';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isFromDynamoDB } from './checksum.ts';

/** An answer of the SDK's HTTP client. */
interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  body: AsyncIterable<Uint8Array> | Uint8Array;
}

/** How AWS refuses credentials that have expired. */
const EXPIRED = /^ExpiredToken(Exception)?$/;

/** Fails a call if something else than DynamoDB answered it with 200. The SDK checks no checksum. */
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
  client.middlewareStack.add(
    (next) => async (args) => {
      const used = await client.config.credentials();
      try {
        return await next(args);
      } catch (error) {
        // A concurrent call may have refreshed them already.
        if (EXPIRED.test((error as Error).name) && (await client.config.credentials()) === used)
          await client.config.credentials({ forceRefresh: true });
        throw error;
      }
    },
    { step: 'initialize', name: 'refreshExpiredCredentials' },
  );
}
