import { setTimeout as sleep } from 'node:timers/promises';

/** Time and pauses, which tests replace. */
export interface Clock {
  /** Milliseconds since any start. */
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<unknown>;
}

export const REAL_CLOCK: Clock = { now: () => performance.now(), pause: (ms) => sleep(ms) };

/** How a call is repeated until it succeeds. */
export interface Persistence {
  readonly clock: Clock;
  /** End of the attempts. */
  readonly endMs: number;
  /** First pause between attempts; it doubles up to the longest. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** An attempt without an answer ends after this. */
  readonly attemptMs: number;
  /** Receives each failure once, however often it repeats. */
  readonly log: (text: string) => void;
}

/** What failures of AWS mean at a launch, by the error's name, code or message. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/No active Lifecycle Action/, 'Auto Scaling does not wait for this instance yet, or no longer'],
  [/AccessDenied|UnauthorizedOperation|credentials/i, 'the permissions of the instance role have not arrived yet'],
  [/Throttling|RequestLimitExceeded|TooManyRequests/, 'too many calls at once'],
  [/ECONNRE|EHOST|ENET|ENOTFOUND|EAI_AGAIN|socket|fetch failed/, 'the network does not reach it yet'],
  [/Timeout|TIMEDOUT|Abort/, 'no answer in time'],
];

/**
 * Repeats a call until it succeeds. It repeats after every failure, because giving up early costs the instance.
 * @throws Error with the last failure, at the end
 */
export async function persist<Result>(
  what: string,
  call: (signal: AbortSignal) => Promise<Result>,
  { clock, endMs, firstPauseMs, longestPauseMs, attemptMs, log }: Persistence,
): Promise<Result> {
  const logged = new Set<string>();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await call(AbortSignal.timeout(attemptMs));
    } catch (error) {
      const text = explain(error);
      const isLast = clock.now() + pauseMs >= endMs;
      if (isLast) throw new Error(`${what} failed until the deadline: ${text}`, { cause: error });
      if (!logged.has(text)) log(`${what} failed, trying again: ${text}`);
      logged.add(text);
    }
    await clock.pause(pauseMs);
  }
}

/** A failure in one line: what it means, its name, its message, and the reason of a failed `fetch`. */
export function explain(error: unknown): string {
  const { name, message, code, cause } = error as Error & { code?: string };
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  const text = `${name}: ${message || code}${reason}`;
  const meaning = MEANINGS.find(([pattern]) => pattern.test(`${text} ${code}`))?.[1];
  return meaning ? `${meaning} (${text})` : text;
}
