/** Resolves after `ms`, or as soon as the signal aborts. */
const pause = (ms, signal) =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });

/** How long to wait after so many failures in a row: doubling up to the longest, never less than the server asked for. */
export const backoffMs = (failures, { intervalMs, longestMs }, retryAfterS = 0) =>
  Math.max(retryAfterS * 1000, Math.min(longestMs, intervalMs * 2 ** failures));

/**
 * Does `task(signal)` over and over until the signal aborts: every `intervalMs` while it succeeds, ever more rarely
 * while it fails. `onFailure(error, waitMs)` is told of each failure.
 */
export const repeat = async (task, { signal, onFailure, ...pace }, wait = pause) => {
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
};
