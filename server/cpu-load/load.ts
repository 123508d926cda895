/** A CPU load for scaling drills, computed in one worker thread so that requests and health checks stay responsive. */
import { Worker } from 'node:worker_threads';
import { ServiceError } from '../errors.ts';

export interface LoadResult {
  readonly isPrime: boolean;
  /** Seconds of computation, without the time spent waiting for the thread. */
  readonly processingTimeS: number;
}

export interface LoadOptions {
  /** The program of the thread: `worker.ts` from source, `load-worker.cjs` beside the production bundle. */
  readonly workerPath: string | URL;
  /** Computations that may wait for the one that runs. @default 16 */
  readonly maxWaiting?: number;
  /** How long one computation may take. @default 5,000 */
  readonly deadlineMs?: number;
}

interface Job extends PromiseWithResolvers<LoadResult> {
  readonly number: number;
}

export type Load = ReturnType<typeof createLoad>;

/** Makes the load; its thread starts with the first computation. */
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
    stopThread().catch(() => {}); // How it ends no longer matters.
    settle((job) => job.reject(new ServiceError('unavailable', message, { retryAfterS: 5, cause })));
  }

  async function stopThread(): Promise<void> {
    const stopped = thread;
    thread = undefined;
    stopped?.removeAllListeners();
    await stopped?.terminate();
  }

  return {
    /**
     * Determines by trial division whether `number` (0 to 2^53 - 1) is prime. Fails with `overloaded` when too many wait,
     * `unavailable` when the computation exceeds its deadline, `draining` once closed.
     */
    async compute(number: number): Promise<LoadResult> {
      if (closed) throw drainingError();
      if (waiting.length >= maxWaiting)
        throw new ServiceError('overloaded', `${maxWaiting} computations wait for their turn already`, {
          retryAfterS: 5,
        });
      const job = { number, ...Promise.withResolvers<LoadResult>() };
      waiting.push(job);
      if (running === undefined) runNext();
      return job.promise;
    },
    /** Ends the thread; what has not been computed yet fails with `draining`. */
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
