import { setTimeout as sleep } from 'node:timers/promises';
import { OperatorError } from './errors.ts';

/** How long to wait, and how often to look. */
export interface WaitOptions {
  readonly deadlineMs: number;
  /** First pause between two looks; each next one is 1.5 times as long, up to `maxPauseMs`. @default 1000 */
  readonly firstPauseMs?: number;
  /** @default 15000 */
  readonly maxPauseMs?: number;
  /** What to do when the deadline has passed, told at the end of the error. @default - nothing to add */
  readonly remedy?: string;
  /** Time and pauses, for tests. @default - the real ones */
  readonly clock?: Clock;
}

/** Milliseconds that only grow, and a way to let them pass. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

const realClock: Clock = { now: () => performance.now(), sleep: (ms) => sleep(ms) };

/**
 * Looks until there is an answer. `look` returns undefined while there is none and may tell by `seen` what it saw
 * instead: a state that changed is printed, and the last one stands in the error.
 *
 * @throws OperatorError when the deadline passes; what `look` throws ends the wait at once.
 */
export async function waitUntil<Answer>(
  what: string,
  look: (seen: (state: string) => void) => Promise<Answer | undefined>,
  { deadlineMs, firstPauseMs = 1_000, maxPauseMs = 15_000, remedy, clock = realClock }: WaitOptions,
): Promise<Answer> {
  const endMs = clock.now() + deadlineMs;
  console.error(`Waiting for ${what} (up to ${Math.ceil(deadlineMs / 1_000)} s) ...`);
  let last = 'nothing yet';
  const seen = (state: string) => {
    if (state !== last) console.error(`  ${state}`);
    last = state;
  };
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, maxPauseMs)) {
    const answer = await look(seen);
    if (answer !== undefined) return answer;
    const leftMs = endMs - clock.now();
    if (leftMs <= 0) {
      const waited = `waited ${Math.ceil(deadlineMs / 1_000)} s for ${what}; last seen: ${last}`;
      throw new OperatorError(remedy ? `${waited}. ${remedy}` : waited);
    }
    await clock.sleep(Math.min(pauseMs, leftMs));
  }
}
