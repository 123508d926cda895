import { z } from 'zod';
import { SPILL_PREFIXES } from '../contract.ts';
import { type BlockItem, decodeBlock } from '../timestamps/block.ts';

/**
 * The key of a block's object, such as `spill/2026-11-21/07/2026-11-21T074500.123456Z_k3f9a2v0_000001a.json`. It has the
 * parts of the table's keys, but neither `#` nor `:`, so that it needs no escapes in a URL or on a command line.
 */
export function spillKey({ pk, sk }: Pick<BlockItem, 'pk' | 'sk'>): string {
  return `${SPILL_PREFIXES.spilled}${pk.replace('#', '/')}/${sk.replaceAll('#', '_').replaceAll(':', '')}.json`;
}

/** The key of the dead letter of an object. */
export function deadKey(key: string): string {
  return SPILL_PREFIXES.dead + key.slice(SPILL_PREFIXES.spilled.length);
}

export function isSpillKey(key: string): boolean {
  return key.startsWith(SPILL_PREFIXES.spilled);
}

const ItemSchema = z
  .looseObject({
    pk: z.string(),
    sk: z.string(),
    instance: z.string(),
    region: z.string().optional(),
    errorMicros: z.number().optional(),
    expires: z.number().optional(),
    count: z.number(),
    lines: z.array(z.string()),
  })
  .refine(({ count, lines }) => count === lines.length, 'count is not the number of lines');

/** The item as JSON for people: one line per timestamp. */
export function objectText({ lines, ...item }: BlockItem): string {
  return `${JSON.stringify({ ...item, lines: lines.split('\n') }, undefined, 2)}\n`;
}

/** An object does not contain the block that its key names. */
export class InvalidObjectError extends Error {
  override readonly name = 'InvalidObjectError';
}

/** The item of an object, or of a dead letter that was moved back. Throws `InvalidObjectError`. */
export function readObject(key: string, text: string): BlockItem {
  try {
    const { lines, reason: _reason, refusals: _refusals, ...rest } = ItemSchema.parse(JSON.parse(text));
    const item: BlockItem = { ...rest, lines: lines.join('\n') };
    if (spillKey(item) !== key) throw new Error(`the object contains the block ${item.pk} ${item.sk}`);
    decodeBlock(item);
    return item;
  } catch (cause) {
    throw new InvalidObjectError(`the object ${key} is not a block: ${(cause as Error).message}`, { cause });
  }
}

/**
 * The text of a dead letter: that of its object, with the reason why the table refuses it. Moved back to `spill/`, it is
 * tried again.
 */
export function deadLetterText(text: string, reason: string, refusals: number): string {
  return `${JSON.stringify({ reason, refusals, ...contentOf(text) }, undefined, 2)}\n`;
}

function contentOf(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { text };
  } catch {
    return { text };
  }
}
