import { marshall } from '@aws-sdk/util-dynamodb';
import { z } from 'zod';
import { TABLE } from '../contract.ts';
import { type IdempotencyKey, KEY_LIFE_S, keyReused } from '../idempotency/key.ts';
import type { ConditionalPut } from './transact.ts';

/** Write units of a key's item in a transaction: it is smaller than 1 KB. */
export const KEY_WRITE_UNITS = 2;

const KeySchema = z.object({ fingerprint: z.string(), result: z.string() });

/** Puts a key with the id of its result, unless the key exists. DynamoDB deletes expired items late, so time decides. */
export function putKey({ digest, fingerprint }: IdempotencyKey, result: string, wallMicros: number): ConditionalPut {
  const now = Math.floor(wallMicros / 1e6);
  const expires = now + KEY_LIFE_S;
  return {
    Item: marshall({ pk: `key#${digest}`, sk: 'key', fingerprint, result, [TABLE.ttlAttribute]: expires }),
    ConditionExpression: 'attribute_not_exists(pk) OR expires < :now',
    ExpressionAttributeValues: marshall({ ':now': now }),
  };
}

/** The id of the result of an existing key. Throws a `ServiceError` `key-reused` if it was used with another request. */
export function resultOf(existing: unknown, { fingerprint }: IdempotencyKey): string {
  const item = KeySchema.parse(existing);
  if (item.fingerprint !== fingerprint) throw keyReused();
  return item.result;
}
