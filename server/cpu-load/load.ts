/** CPU load for scaling drills, computed in a worker thread so that requests and health checks stay responsive. */
import { Worker } from 'node:worker_threads';
import { ServiceError } from '../errors.ts';

export interface LoadResult {
  readonly isPrime: boolean;
  /** Seconds of computation, without waiting for the thread. */
  readonly processingTimeS: number;
}

export interface LoadOptions {
  /** The thread's script: `worker.ts` in the source tree, `load-worker.cjs` next to the production bundle. */
  readonly workerPath: string | URL;
  /** Maximum number of waiting computations. @default 16 */
  readonly maxWaiting?: number;
  /** Maximum duration of one computation. @default 5,000 */
  readonly deadlineMs?: number;
}

interface Job extends PromiseWithResolvers<LoadResult> {
  readonly number: number;
}

export type Load = ReturnType<typeof createLoad>;

/** Creates the load; its thread starts with the first computation. */
export function createLoad({ workerPath, maxWaiting = 16, deadlineMs = 5_000 }: LoadOptions) {
  const waiting: Job[] = [];
  let running: Job | undefined;
  let deadline: NodeJS.Timeout | undefined;
  let thread: Worker | undefined;
  let closed = false;

  function runNext(): void {
    running = waiting.shift();
    if (running === undefined) return;
    thread ??= startThread();
    deadline = setTimeout(giveUp, deadlineMs);
    thread.postMessage(running.number);
  }

  function startThread(): Worker {
    const started = new Worker(workerPath);
    started.on('message', (result: LoadResult) => settle((job) => job.resolve(result)));
    started.on('error', (cause) => replaceThread('the computation failed', cause));
    return started;
  }

  function settle(end: (job: Job) => void): void {
    clearTimeout(deadline);
    const job = running;
    running = undefined;
    if (job !== undefined) end(job);
    runNext();
  }

  function giveUp(): void {
    replaceThread(`the computation took longer than ${deadlineMs} ms; try a smaller number`);
  }

  function replaceThread(message: string, cause?: unknown): void {
    stopThread().catch(() => {}); // The thread is already replaced.
    settle((job) => job.reject(new ServiceError('unavailable', message, { retryAfterS: 5, cause })));
  }

  async function stopThread(): Promise<void> {
    const stopped = thread;
    thread = undefined;
    stopped?.removeAllListeners();
    await stopped?.terminate();
  }

  return {
    /** Fails with `overloaded` if too many wait, `unavailable` after the deadline, and `draining` once closed. */
    async compute(number: number): Promise<LoadResult> {
      if (closed) throw drainingError();
      if (waiting.length >= maxWaiting)
        throw new ServiceError('overloaded', `${maxWaiting} computations are already waiting`, {
          retryAfterS: 5,
        });
      const job = { number, ...Promise.withResolvers<LoadResult>() };
      waiting.push(job);
      if (running === undefined) runNext();
      return job.promise;
    },
    /** Terminates the thread; unfinished computations fail with `draining`. */
    async close(): Promise<void> {
      closed = true;
      clearTimeout(deadline);
      const abandoned = running === undefined ? waiting.splice(0) : [running, ...waiting.splice(0)];
      running = undefined;
      for (const job of abandoned) job.reject(drainingError());
      await stopThread();
    },
  };
}

function drainingError(): ServiceError {
  return new ServiceError('draining', 'this process is shutting down', { retryAfterS: 1 });
}
