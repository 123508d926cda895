import { setTimeout as sleep } from 'node:timers/promises';
import { OperatorError } from './errors.ts';

const realClock = { now: (): number => performance.now(), sleep: (ms: number): Promise<unknown> => sleep(ms) };

/** Milliseconds that only grow, and a way to let them pass. */
export type Clock = typeof realClock;

/** How long to wait, and how often to look. */
interface WaitOptions {
  readonly deadlineMs: number;
  /** Each pause between two looks is 1.5 times as long as the one before, up to this. @default 15000 */
  readonly maxPauseMs?: number;
  /** What to do when the deadline has passed: the end of the error. @default - nothing to add */
  readonly remedy?: string;
  /** Time and pauses, for tests. @default - the real ones */
  readonly clock?: Clock;
}

/** The condition of a wait that prints nothing. */
type Condition = () => Promise<boolean> | boolean;

/**
 * Looks until there is an answer. `look` returns undefined while there is none and may report by `seen` what it saw
 * instead. A changed state is printed, and the error names the last one.
 *
 * @throws OperatorError when the deadline passes; what `look` throws ends the wait at once.
 */
export async function waitUntil<Answer>(
  what: string,
  look: (seen: (state: string) => void) => Promise<Answer | undefined>,
  options: WaitOptions,
): Promise<Answer> {
  const seconds = Math.ceil(options.deadlineMs / 1_000);
  console.error(`Waiting for ${what} (up to ${seconds} s) ...`);
  let last = 'nothing yet';
  const seen = (state: string) => {
    if (state !== last) console.error(`  ${state}`);
    last = state;
  };
  const answer = await poll(() => look(seen), 1_000, options);
  if (answer !== undefined) return answer;
  const remedy = options.remedy ? `. ${options.remedy}` : '';
  throw new OperatorError(`waited ${seconds} s for ${what}; last seen: ${last}${remedy}`);
}

/** Checks a condition every 50 ms until it is true, and prints nothing. @throws OperatorError at the deadline */
export async function waitQuietly(what: string, condition: Condition, deadlineMs: number, pauseMs?: number) {
  if (await becomesTrue(condition, deadlineMs, pauseMs)) return;
  throw new OperatorError(`waited ${deadlineMs / 1_000} s for ${what}`);
}

/** Checks a condition every 50 ms until it is true; false when the deadline passes first. */
export async function becomesTrue(condition: Condition, deadlineMs: number, pauseMs = 50): Promise<boolean> {
  const look = async () => (await condition()) || undefined;
  return (await poll(look, pauseMs, { deadlineMs, maxPauseMs: pauseMs })) ?? false;
}

/** The first answer, or undefined when the deadline passes first. */
async function poll<Answer>(
  look: () => Promise<Answer | undefined>,
  firstPauseMs: number,
  { deadlineMs, maxPauseMs = 15_000, clock = realClock }: WaitOptions,
): Promise<Answer | undefined> {
  const endMs = clock.now() + deadlineMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, maxPauseMs)) {
    const answer = await look();
    if (answer !== undefined) return answer;
    const leftMs = endMs - clock.now();
    if (leftMs <= 0) return undefined;
    await clock.sleep(Math.min(pauseMs, leftMs));
  }
}
