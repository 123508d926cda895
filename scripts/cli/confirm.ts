import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { OperatorError } from './errors.ts';

interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/**
 * Asks before a dangerous step: the operator types `answer` (the stage's name, not just `y`, so that the wrong window
 * is noticed).
 *
 * @throws OperatorError for any other answer, and without a terminal, where only `--yes` may decide.
 */
export async function confirm(
  question: string,
  answer: string,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<void> {
  if (!input.isTTY) {
    throw new OperatorError(`${question} There is no terminal to ask on: pass --yes to answer in advance.`);
  }
  const lines = createInterface({ input, output });
  const closed = once(lines, 'close').then(() => '');
  const got = await Promise.race([lines.question(`${question}\nType '${answer}' to go on: `), closed]);
  lines.close();
  if (got.trim() !== answer) throw new OperatorError(`not confirmed (typed '${got}'): nothing was changed`);
}
