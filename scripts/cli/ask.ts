import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { OperatorError } from './errors.ts';

/** Where a question is asked. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/** The terminal of this process; questions are no part of a command's output. */
export const OWN_TERMINAL: Terminal = { input: process.stdin, output: process.stderr };

/**
 * Asks a question; the answer is empty when the input ends.
 *
 * @throws OperatorError with `remedy` when there is no terminal
 */
export async function ask(question: string, remedy: string, { input, output }: Terminal): Promise<string> {
  if (!input.isTTY) throw new OperatorError(`there is no terminal to ask on: ${remedy}`);
  const lines = createInterface({ input, output });
  const closed = once(lines, 'close').then(() => '');
  const got = await Promise.race([lines.question(question), closed]);
  lines.close();
  return got.trim();
}
