/** An error response: its status, its description, and when to retry. */
export class ApiError extends Error {
  constructor(response, problem) {
    super((problem.detail ?? `the server answered ${response.status}`).replace(/\.$/, ''));
    this.status = response.status;
    // A proxy may send a date instead, which is ignored.
    this.retryAfterS = Number(response.headers.get('retry-after')) || 0;
  }
}

/** Longer than any answer takes. Without a deadline, a lost connection would stop the updates. */
const ANSWER_DEADLINE_MS = 10_000;

async function request(url, { signal, ...options }) {
  const deadline = AbortSignal.timeout(ANSWER_DEADLINE_MS);
  const response = await fetch(url, { ...options, signal: signal ? AbortSignal.any([signal, deadline]) : deadline });
  if (response.ok) return response.json();
  throw new ApiError(response, await response.json().catch(() => ({})));
}

/** A page of the latest timestamps, newest first, including everything acknowledged so far unless it is incomplete. */
export function listLatest(limit, token, signal) {
  return request(`/app?limit=${limit}&consistent=true`, { headers: headersWith(token), signal });
}

/** Records a timestamp and returns its record; with the same key, the same one. */
export function recordTimestamp(token, key) {
  return request('/app', { method: 'POST', headers: { ...headersWith(token), 'idempotency-key': `"${key}"` } });
}

/** A random key of 128 bits. `crypto.randomUUID` does not exist on pages without TLS. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Whether an attempt that failed in this way may have recorded the timestamp, or still may. */
export function isRepeatable({ status }) {
  return status === undefined || status === 401 || status === 409 || status === 429 || status >= 500;
}

/** The headers of a request for a media type, with the token if there is one. */
export function headersWith(token, accept = 'application/json') {
  return { accept, ...(token && { authorization: `Bearer ${token}` }) };
}

/**
 * Repeats `task(signal)` until the signal aborts: every `intervalMs` while it succeeds, with increasing delays while it
 * fails. Calls `onFailure(error, waitMs)` after each failure.
 */
export async function repeat(task, { signal, onFailure, ...pace }, wait = pause) {
  let failures = 0;
  while (!signal.aborted) {
    let waitMs = pace.intervalMs;
    try {
      await task(signal);
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      waitMs = backoffMs(failures, pace, error.retryAfterS);
      onFailure(error, waitMs);
    }
    if (!signal.aborted) await wait(waitMs, signal);
  }
}

/** The delay after consecutive failures: it doubles up to `longestMs` and is never below `Retry-After`. */
export function backoffMs(failures, { intervalMs, longestMs }, retryAfterS = 0) {
  return Math.max(retryAfterS * 1000, Math.min(longestMs, intervalMs * 2 ** failures));
}

/** Resolves after `ms`, or as soon as the signal aborts. */
function pause(ms, signal) {
  const { promise, resolve } = Promise.withResolvers();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', resolve);
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', resolve);
  });
}
