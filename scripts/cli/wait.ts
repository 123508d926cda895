import { setTimeout as sleep } from 'node:timers/promises';
import { OperatorError } from './errors.ts';

/** Milliseconds that only grow, and a way to let them pass. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

/** How long to wait, and how often to look. */
export interface WaitOptions {
  readonly deadlineMs: number;
  /** First pause between two looks; each next one is 1.5 times as long, up to `maxPauseMs`. @default 1000 */
  readonly firstPauseMs?: number;
  /** @default 15000 */
  readonly maxPauseMs?: number;
  /** What to do when the deadline has passed: the end of the error. @default - nothing to add */
  readonly remedy?: string;
  /** Time and pauses, for tests. @default - the real ones */
  readonly clock?: Clock;
}

/** The condition of a wait that prints nothing. */
export type Condition = () => Promise<boolean> | boolean;

const realClock: Clock = { now: () => performance.now(), sleep: (ms) => sleep(ms) };
const QUIET_PAUSE_MS = 50;

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
  const { deadlineMs, remedy } = options;
  console.error(`Waiting for ${what} (up to ${Math.ceil(deadlineMs / 1_000)} s) ...`);
  let last = 'nothing yet';
  const seen = (state: string) => {
    if (state !== last) console.error(`  ${state}`);
    last = state;
  };
  const answer = await poll(() => look(seen), options);
  if (answer !== undefined) return answer;
  const waited = `waited ${Math.ceil(deadlineMs / 1_000)} s for ${what}; last seen: ${last}`;
  throw new OperatorError(remedy ? `${waited}. ${remedy}` : waited);
}

/**
 * Checks a condition every 50 ms until it is true, and prints nothing.
 *
 * @throws OperatorError when the deadline passes; what `condition` throws ends the wait at once.
 */
export async function waitQuietly(
  what: string,
  condition: Condition,
  deadlineMs: number,
  pauseMs?: number,
): Promise<void> {
  if (await becomesTrue(condition, deadlineMs, pauseMs)) return;
  throw new OperatorError(`waited ${deadlineMs / 1_000} s for ${what}`);
}

/** Checks a condition every 50 ms until it is true; false when the deadline passes first. */
export async function becomesTrue(
  condition: Condition,
  deadlineMs: number,
  pauseMs = QUIET_PAUSE_MS,
): Promise<boolean> {
  const look = async () => ((await condition()) ? true : undefined);
  return (await poll(look, { deadlineMs, firstPauseMs: pauseMs, maxPauseMs: pauseMs })) ?? false;
}

/** The first answer, or undefined when the deadline passes first. */
async function poll<Answer>(
  look: () => Promise<Answer | undefined>,
  { deadlineMs, firstPauseMs = 1_000, maxPauseMs = 15_000, clock = realClock }: WaitOptions,
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
