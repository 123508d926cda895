import type { Runtime } from './runtime.ts';

/** DynamoDB and S3 answer within milliseconds. An attempt that takes this long is repeated on another connection. */
export const ATTEMPT_TIMEOUT_MS = 1_000;

const BACKOFF_BASE_MS = 25;
export const BACKOFF_CAP_MS = 1_000;

/** The time until which calls may be repeated. */
export interface Deadline {
  readonly runtime: Runtime;
  /** A time of `runtime.monotonicMs`. */
  readonly endMs: number;
}

/** The deadline that ends in `ms`. All calls of one request share it. */
export function deadlineIn(ms: number, runtime: Runtime): Deadline {
  return { runtime, endMs: runtime.monotonicMs() + ms };
}

export function remainingMs({ runtime, endMs }: Deadline): number {
  return endMs - runtime.monotonicMs();
}

/** A service of AWS, and which of its errors each repetition of a request would meet as well. */
export interface Service {
  readonly name: string;
  readonly isRefusal: (error: unknown) => boolean;
  /** @default ATTEMPT_TIMEOUT_MS */
  readonly attemptTimeoutMs?: number;
}

/** Sends a request once. It should end the request when the signal aborts. */
export type Attempt<T> = (abortSignal: AbortSignal) => Promise<T>;

/**
 * Repeats an attempt until it succeeds. Rejects with its error at once if that is a refusal, otherwise when no further
 * attempt is possible before the deadline; the last one may still take effect later. So the request must be safe to
 * repeat. This is the only place that repeats requests. The SDK makes single attempts, because its retry quota ends
 * retries after an outage.
 */
export async function retryUntil<T>(deadline: Deadline, service: Service, attempt: Attempt<T>): Promise<T> {
  const { runtime } = deadline;
  const { attemptTimeoutMs = ATTEMPT_TIMEOUT_MS } = service;
  let lastError: unknown = new Error(`the deadline of a request to ${service.name} passed before it was sent`);
  for (let failures = 0; ; failures++) {
    const timeoutMs = Math.min(attemptTimeoutMs, remainingMs(deadline));
    if (timeoutMs <= 0) throw lastError;
    try {
      return await attemptOnce(runtime, timeoutMs, service.name, attempt);
    } catch (error) {
      lastError = error;
    }
    const pauseMs = backoffMs(failures, runtime.random());
    if (service.isRefusal(lastError) || pauseMs >= remainingMs(deadline)) throw lastError;
    await new Promise<void>((resolve) => void runtime.setTimer(resolve, pauseMs));
  }
}

/**
 * Exponential backoff with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): a random part of 25,
 * 50, 100 … 1,000 ms. A `Retry-After` is not read: neither service sends one, and that of a proxy could exceed the deadline.
 */
function backoffMs(failures: number, random: number): number {
  return random * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** failures);
}

/** Rejects after `timeoutMs`, even if the attempt ignores its signal. */
function attemptOnce<T>({ setTimer }: Runtime, timeoutMs: number, name: string, attempt: Attempt<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborting = new AbortController();
    const cancel = setTimer(() => {
      const late = new Error(`${name} did not answer within ${Math.ceil(timeoutMs)} ms`);
      reject(late);
      aborting.abort(late);
    }, timeoutMs);
    void attempt(aborting.signal).then(resolve, reject).finally(cancel);
  });
}
