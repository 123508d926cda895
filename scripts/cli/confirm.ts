import { ask, OWN_TERMINAL, type Terminal } from './ask.ts';
import { OperatorError } from './errors.ts';

/**
 * Asks before a dangerous step: the operator types `answer` (the stage's name, not just `y`, so that the wrong window
 * is noticed).
 *
 * @throws OperatorError for any other answer, and without a terminal, where only `--yes` may decide.
 */
export async function confirm(question: string, answer: string, terminal: Terminal = OWN_TERMINAL): Promise<void> {
  if (!terminal.input.isTTY) {
    throw new OperatorError(`${question} There is no terminal to ask on: pass --yes to answer in advance.`);
  }
  const got = await ask(`${question}\nType '${answer}' to go on: `, 'pass --yes', terminal);
  if (got !== answer) throw new OperatorError(`not confirmed (typed '${got}'): nothing was changed`);
}
