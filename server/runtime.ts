/**
 * What the write path needs of the process it runs in: time, timers and randomness. It is passed in, so that the
 * simulator can run the production code in virtual time, with one seeded source of randomness.
 */
export interface Runtime {
  /** The system clock, in microseconds since the epoch. It can step. */
  readonly wallMicros: () => number;
  /** A clock that never steps, in milliseconds. */
  readonly monotonicMs: () => number;
  /** Calls back after `ms`. The function it returns cancels that. */
  readonly setTimer: (callback: () => void, ms: number) => () => void;
  /** Calls back at the end of this iteration of the event loop. */
  readonly setImmediate: (callback: () => void) => void;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

/** The clocks, timers and random numbers of this process. */
export const systemRuntime: Runtime = {
  wallMicros: () => Number(Temporal.Now.instant().epochNanoseconds / 1000n),
  monotonicMs: () => performance.now(),
  setTimer(callback, ms) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  setImmediate: (callback) => void setImmediate(callback),
  random: Math.random,
};
