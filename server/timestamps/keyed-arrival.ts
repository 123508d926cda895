import type { IdempotencyKey } from '../idempotency/key.ts';
import type { Arrival } from './record.ts';

/** An arrival whose request may be repeated with its key. A transaction has 100 items: a block and 99 keys. */
export interface KeyedArrival extends Arrival {
  readonly key: IdempotencyKey;
}

export const MAX_KEYS = 99;
