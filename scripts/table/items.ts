import { unmarshall } from '@aws-sdk/util-dynamodb';
import { z } from 'zod';
import { TABLE } from '../../server/contract.ts';
import { type Block, decodeBlock, lastMicros } from '../../server/timestamps/block.ts';
import { dayOf } from '../../server/timestamps/iso-time.ts';
import type { Item } from './scan.ts';

/** The key of an item. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** What an item is. ARCHITECTURE.md, "The table", lists them. */
export type Content =
  | { readonly kind: 'block'; readonly day: string; readonly block: Block }
  /** Users, the items of their names, and the index of days. */
  | { readonly kind: 'users' | 'names' | 'days' }
  /** It expires, or a region writes it again every few seconds. */
  | { readonly kind: 'temporary' }
  | { readonly kind: 'unknown' }
  /** A block that cannot be decoded. */
  | { readonly kind: 'damaged'; readonly reason: string };

const BLOCK_KEY = /^\d{4}-\d\d-\d\d#\d\d+$/;

/** The kinds of items other than blocks, by their partition keys. */
const KINDS: readonly (readonly [RegExp, 'users' | 'names' | 'days' | 'temporary'])[] = [
  [/^users$/, 'users'],
  [/^user-(username|email)#/, 'names'],
  [/^days$/, 'days'],
  [/^(key#.*|regions)$/, 'temporary'],
];

const blockSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  instance: z.string(),
  region: z.string().optional(),
  errorMicros: z.number().optional(),
  count: z.number(),
  lines: z.string(),
});

/** The key of an item. */
export function keyOf({ pk, sk }: Item): Key {
  return { pk: pk?.S ?? '', sk: sk?.S ?? '' };
}

/**
 * Tells what an item is. `nowSeconds`: an item with an earlier `expires` is temporary, as DynamoDB deletes it at some
 * time, in each table at another one.
 */
export function contentOf(item: Item, nowSeconds: number): Content {
  const { pk } = keyOf(item);
  const expires = item[TABLE.ttlAttribute]?.N;
  if (BLOCK_KEY.test(pk)) return Number(expires) <= nowSeconds ? { kind: 'temporary' } : blockOf(item, pk.slice(0, 10));
  const kind = KINDS.find(([pattern]) => pattern.test(pk))?.[1] ?? 'unknown';
  return { kind: expires === undefined ? kind : 'temporary' };
}

function blockOf(item: Item, day: string): Content {
  try {
    const stored = blockSchema.parse(unmarshall({ ...item }));
    const block = decodeBlock(stored);
    const { length } = block.arrivals;
    if (length !== stored.count) throw new Error(`it has ${length} lines, but its count is ${stored.count}`);
    if (dayOf(lastMicros(block)) !== day) throw new Error('its last timestamp is of another day than its partition');
    return { kind: 'block', day, block };
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    return { kind: 'damaged', reason: reason.replaceAll(/\s*\n\s*/g, ' ') };
  }
}
