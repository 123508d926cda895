import { z } from 'zod';
import { SPILL_PREFIXES } from '../../server/contract.ts';
import { createObject, deleteObject, listKeys, readObject } from '../aws/s3.ts';
import { textTable } from '../cli/table.ts';

/** A block that DynamoDB refused, as the server describes it in the spill bucket. */
export interface DeadLetter {
  /** Name of its object, below `dead/`. */
  readonly name: string;
  readonly reason: string;
  /** How often the table refused it. */
  readonly refusals: number;
  /** @default - it is not a block */
  readonly timestamps?: number | undefined;
  /** What the servers try to store when it is back below `spill/`. */
  readonly content: string;
}

const letterSchema = z.looseObject({ reason: z.string(), refusals: z.number(), count: z.number().optional() });
/** An object that was not JSON. */
const textSchema = z.object({ text: z.string() });

/** Reads the dead letters of a bucket, in the order of their names. */
export async function readDeadLetters(bucket: string): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (const name of await listKeys(bucket, SPILL_PREFIXES.dead)) {
    const text = await readObject(bucket, name);
    // Another operator may have put it back.
    if (text !== undefined) letters.push(parseLetter(name, text));
  }
  return letters;
}

function parseLetter(name: string, text: string): DeadLetter {
  try {
    const { reason, refusals, ...block } = letterSchema.parse(JSON.parse(text));
    const { data } = textSchema.safeParse(block);
    const content = data?.text ?? `${JSON.stringify(block, undefined, 2)}\n`;
    return { name, reason, refusals, timestamps: block.count, content };
  } catch {
    return { name, reason: 'the dead letter is not readable: correct the object', refusals: 0, content: text };
  }
}

/** Where the servers look for a block that was a dead letter. */
export function spilledName({ name }: Pick<DeadLetter, 'name'>): string {
  return SPILL_PREFIXES.spilled + name.slice(SPILL_PREFIXES.dead.length);
}

/** Lets the servers try again. It is harmless to repeat: an object that is there already stays as it is. */
export async function putBack(bucket: string, letter: DeadLetter): Promise<void> {
  await createObject(bucket, spilledName(letter), letter.content);
  await deleteObject(bucket, letter.name);
}

/** What became of the blocks that were put back. */
export interface Outcomes {
  readonly waiting: readonly DeadLetter[];
  readonly refused: readonly DeadLetter[];
  readonly stored: readonly DeadLetter[];
}

/** Finds the blocks that still wait, or that the table refused again. All others are in the table. */
export async function outcomesOf(bucket: string, letters: readonly DeadLetter[]): Promise<Outcomes> {
  // In this order: a server puts a dead letter before it deletes the spilled block.
  const spilled = new Set(await listKeys(bucket, SPILL_PREFIXES.spilled));
  const dead = new Set(await listKeys(bucket, SPILL_PREFIXES.dead));
  const outcomeOf = (letter: DeadLetter): keyof Outcomes => {
    if (dead.has(letter.name)) return 'refused';
    return spilled.has(spilledName(letter)) ? 'waiting' : 'stored';
  };
  const { waiting = [], refused = [], stored = [] } = Object.groupBy(letters, outcomeOf);
  return { waiting, refused, stored };
}

/** The dead letters with their reasons. */
export function deadLetterTable(letters: readonly DeadLetter[]): string {
  const rows = letters.map(({ name, timestamps, refusals, reason }) => [
    name,
    timestamps === undefined ? 'not a block' : `${timestamps} timestamps`,
    `refused ${refusals} times`,
    reason,
  ]);
  return textTable(rows);
}
