import type { Runtime } from '../../../server/runtime.ts';
import type { Random } from './random.ts';
import type { Owner, Scheduler } from './scheduler.ts';

/** The system clock of a simulated machine: the virtual time from `epochMicros` on, and its error. */
export interface SystemClock {
  readonly epochMicros: number;
  /** At most {@link LARGEST_ERROR_MICROS} in either direction. */
  readonly errorMicros: number;
  /** The sum of its steps. */
  offsetMicros: number;
}

/** The bound of the error that the server reads from chrony. */
export const LARGEST_ERROR_MICROS = 500;

/** Iterations of the event loop take about this long. */
const ITERATION_MICROS = { min: 5, max: 80 };

export interface SimulatedRuntimeOptions {
  readonly scheduler: Scheduler;
  readonly owner: Owner;
  readonly clock: SystemClock;
  readonly random: Random;
  /** How likely the process is paused just before or after a reading of the system clock. */
  readonly stallShare: number;
}

const LONGEST_STALL_MICROS = 120_000;

/** The clocks, timers and random numbers of a simulated process. */
export function simulatedRuntime({ scheduler, owner, clock, random, stallShare }: SimulatedRuntimeOptions): Runtime {
  const perhapsStall = () => {
    if (random.chance(stallShare)) pause(scheduler, owner, random.integer(1, LONGEST_STALL_MICROS));
  };
  return {
    wallMicros: () => {
      perhapsStall();
      const micros = clock.epochMicros + clock.errorMicros + clock.offsetMicros + scheduler.nowMicros(owner);
      perhapsStall();
      return micros;
    },
    monotonicMs: () => scheduler.nowMicros(owner) / 1_000,
    // As in Node.js, a timer waits for at least 1 ms.
    setTimer: (callback, ms) => scheduler.after(Math.max(1, ms) * 1_000, callback, owner),
    setImmediate: (callback) =>
      void scheduler.after(random.integer(ITERATION_MICROS.min, ITERATION_MICROS.max), callback, owner),
    random: () => random.next(),
  };
}

/** Stops a process from now on. */
export function pause(scheduler: Scheduler, owner: Owner, micros: number): void {
  const endMicros = scheduler.nowMicros(owner) + micros;
  owner.pausedMicros += micros;
  owner.busyUntilMicros = endMicros;
}
