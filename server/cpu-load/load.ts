/**
 * A CPU load for scaling drills, computed in one worker thread per process so that requests and health checks stay
 * responsive beside it.
 */
import { Worker } from 'node:worker_threads';
import { ServiceError } from '../errors.ts';

export interface LoadResult {
  readonly isPrime: boolean;
  /** Seconds of computation, without the time spent waiting for the thread. */
  readonly processingTimeS: number;
}

export interface Load {
  /**
   * Finds out by trial division whether `number` (0 to 2^53 - 1) is prime. Fails with `overloaded` when too many wait,
   * `unavailable` when the computation exceeds its deadline, `draining` once closed.
   */
  compute(number: number): Promise<LoadResult>;
  /** Ends the thread; what has not been computed yet fails with `draining`. */
  close(): Promise<void>;
}

export interface LoadSettings {
  /** The program of the thread: `worker.ts` from source, `load-worker.cjs` beside the production bundle. */
  readonly workerPath: string | URL;
  /** Computations that may wait for the one that runs. @default 16 */
  readonly maxWaiting?: number;
  /** How long one computation may take once it has begun. @default 5,000 */
  readonly deadlineMs?: number;
}

interface Job {
  readonly number: number;
  readonly resolve: (result: LoadResult) => void;
  readonly reject: (error: Error) => void;
}

const RETRY_AFTER_S = 5;

/** Makes the load; its thread starts with the first computation, so that an unused one costs nothing. */
export function createLoad({ workerPath, maxWaiting = 16, deadlineMs = 5_000 }: LoadSettings): Load {
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

  function settle(tell: (job: Job) => void): void {
    clearTimeout(deadline);
    const job = running;
    running = undefined;
    if (job !== undefined) tell(job);
    runNext();
  }

  function giveUp(): void {
    replaceThread(`the computation took longer than ${deadlineMs} ms; try a smaller number`);
  }

  function replaceThread(message: string, cause?: unknown): void {
    stopThread().catch(() => {}); // It no longer matters how it ends; it cannot report any more.
    settle((job) => job.reject(new ServiceError('unavailable', message, { retryAfterS: RETRY_AFTER_S, cause })));
  }

  async function stopThread(): Promise<void> {
    const stopped = thread;
    thread = undefined;
    stopped?.removeAllListeners();
    await stopped?.terminate();
  }

  return {
    compute(number) {
      if (closed) return Promise.reject(drainingError());
      if (waiting.length >= maxWaiting) return Promise.reject(overloadedError(maxWaiting));
      return new Promise((resolve, reject) => {
        waiting.push({ number, resolve, reject });
        if (running === undefined) runNext();
      });
    },
    async close() {
      closed = true;
      clearTimeout(deadline);
      const abandoned = running === undefined ? waiting.splice(0) : [running, ...waiting.splice(0)];
      running = undefined;
      for (const job of abandoned) job.reject(drainingError());
      await stopThread();
    },
  };
}

function overloadedError(maxWaiting: number): ServiceError {
  const message = `${maxWaiting} computations wait for their turn already`;
  return new ServiceError('overloaded', message, { retryAfterS: RETRY_AFTER_S });
}

function drainingError(): ServiceError {
  return new ServiceError('draining', 'this process is shutting down', { retryAfterS: 1 });
}
