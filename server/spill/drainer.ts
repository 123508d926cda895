import type { Runtime } from '../runtime.ts';
import { createKnownTimes } from '../timestamps/known-times.ts';
import { STALE_READ_MS } from '../timestamps/settled.ts';
import { createDrain, type DrainOptions } from './drain.ts';

export interface DrainerOptions extends Omit<DrainOptions, 'runtime'> {
  readonly runtime: Runtime;
  /** The state of the bucket. The age is 0 if it is empty, and unknown if it was empty before a round that failed. */
  readonly onState: (state: { readonly oldestAgeS: number | undefined; readonly deadLetters?: number }) => void;
  /** Called when rounds start to fail, with the error, and when they succeed again. */
  readonly onChange: (failing: boolean, error?: unknown) => void;
}

/** Mean time between the rounds of a process while the bucket is empty: 43,800 listings a month. */
const IDLE_PAUSE_MS = 60_000;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;

/** Repeats rounds: at once while blocks are moved, after a backoff while they fail, otherwise once a minute. */
export function createDrainer({ runtime, onState, onChange, ...options }: DrainerOptions) {
  const drain = createDrain({ ...options, runtime });
  let isStopped = false;
  let isFailing = false;
  let backoffMs = FIRST_BACKOFF_MS;
  let oldestMs: number | undefined;
  let putsInFlight = 0;
  let lastPutEndMs = Number.NEGATIVE_INFINITY;
  let empty: { readonly startMs: number } | undefined;
  const emptyAt = createKnownTimes(runtime, STALE_READ_MS);
  let wakeUp: (() => void) | undefined;
  let isWoken = false;

  function oldestAgeS(): number | undefined {
    return oldestMs === undefined ? undefined : Math.max(0, runtime.wallMicros() / 1_000 - oldestMs) / 1_000;
  }

  /** Runs one round; returns the pause until the next one. */
  async function round(): Promise<number> {
    const [startMs, micros] = [runtime.monotonicMs(), runtime.wallMicros()];
    try {
      const { moved, deadLetters } = await drain.round((listedMs) => {
        oldestMs = listedMs;
        if (oldestMs !== undefined) empty = undefined;
      });
      // A round that was stopped has not listed everything.
      if (oldestMs === undefined && !isStopped) {
        // A dead letter is not in the table either, but an operator decides when it will be: followers do not wait.
        empty = deadLetters === 0 ? { startMs } : undefined;
        // Only now: a later page of the listing may have been empty because its last block was moved meanwhile.
        emptyAt.put(micros);
      }
      onState({ oldestAgeS: oldestAgeS() ?? 0, deadLetters });
      if (isFailing) onChange(false);
      isFailing = false;
      backoffMs = FIRST_BACKOFF_MS;
      return moved > 0 ? 0 : IDLE_PAUSE_MS * (0.5 + runtime.random());
    } catch (error) {
      empty = undefined;
      onState({ oldestAgeS: oldestAgeS() });
      if (!isFailing) onChange(true, error);
      isFailing = true;
      const pauseMs = (backoffMs * (1 + runtime.random())) / 2;
      backoffMs = Math.min(LONGEST_BACKOFF_MS, backoffMs * 2);
      return pauseMs;
    }
  }

  function pause(ms: number): Promise<void> {
    if (ms === 0 || isWoken) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = runtime.setTimer(resolve, ms);
      wakeUp = () => {
        cancel();
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    // Processes that start together do not list together.
    await pause(FIRST_BACKOFF_MS * runtime.random());
    while (!isStopped) {
      isWoken = false;
      const pauseMs = await round();
      if (!isStopped) await pause(pauseMs);
    }
  }

  let running: Promise<void> | undefined;
  return {
    start(): void {
      running = run();
    },
    /** Starts a round now, or another one after the current one. */
    wake(): void {
      isWoken = true;
      wakeUp?.();
    },
    /** Resolves after the objects that are being moved. */
    async stop(): Promise<void> {
      isStopped = true;
      drain.stop();
      wakeUp?.();
      await running;
    },
    /** Must be called when this process begins to put a block into the bucket, and when the put has ended. */
    put(stage: 'begun' | 'ended'): void {
      putsInFlight += stage === 'begun' ? 1 : -1;
      if (stage === 'ended') lastPutEndMs = runtime.monotonicMs();
    },
    /** Whether this process knows of no block that the table lacks: the last listing had none, and it spilled none since. */
    isEmpty: () => empty !== undefined && putsInFlight === 0 && lastPutEndMs < empty.startMs,
    /** The time at which the last listing began that found no spilled block, and that ended this long ago. */
    emptyAtMicros: emptyAt.latest,
  };
}
