import { createInterface } from 'node:readline/promises';
import { OperatorError } from './errors.ts';

/** Where the question is put. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

const ownTerminal: Terminal = { input: process.stdin, output: process.stderr };

/**
 * Asks before a dangerous step: the operator types `answer` (the stage's name, not just `y`, so that the wrong window
 * is noticed).
 *
 * @throws OperatorError for any other answer, and without a terminal, where only `--yes` may decide.
 */
export async function confirm(question: string, answer: string, terminal = ownTerminal): Promise<void> {
  if (!terminal.input.isTTY) {
    throw new OperatorError(`${question} There is no terminal to ask on: pass --yes to answer in advance.`);
  }
  const lines = createInterface({ input: terminal.input, output: terminal.output });
  const closed = Promise.withResolvers<string>();
  lines.once('close', () => closed.resolve(''));
  try {
    const got = await Promise.race([lines.question(`${question}\nType '${answer}' to go on: `), closed.promise]);
    if (got.trim() !== answer) throw new OperatorError(`not confirmed (typed '${got}'): nothing was changed`);
  } finally {
    lines.close();
  }
}
