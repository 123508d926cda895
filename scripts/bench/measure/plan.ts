import type { Generator } from '../load/load.ts';

/** How much is measured: everything, or just enough to see that all of it works. */
export interface Plan {
  readonly rounds: number;
  readonly connections: readonly number[];
  readonly backends: readonly string[];
  /** Load on a fresh server, so that V8 has compiled what is measured later. */
  readonly heatMs: number;
  /** Load before each window, so that queues are as they will be. */
  readonly warmUpMs: number;
  readonly windowMs: number;
  readonly startUps: number;
  /** Requests after which memory is read, ascending. */
  readonly memoryAfter: readonly number[];
  readonly workers: number;
}

/** What every measurement needs. */
export interface Bench {
  readonly plan: Plan;
  readonly generator: Generator;
}

/** The connections at which servers are compared unless the figure asks for others. */
export const USUAL_CONNECTIONS = 64;

export const FULL_PLAN: Plan = {
  rounds: 7,
  connections: [1, 16, USUAL_CONNECTIONS, 256],
  backends: ['ack-0ms', 'ack-4ms', 'dynalite', 'dynamodb-local'],
  heatMs: 1_000,
  warmUpMs: 200,
  windowMs: 1_000,
  startUps: 5,
  memoryAfter: [10_000, 20_000, 50_000, 100_000],
  workers: 2,
};

/** For CI: proves that each part works, says nothing about speed. */
export const SMOKE_PLAN: Plan = {
  ...FULL_PLAN,
  rounds: 1,
  connections: [1, USUAL_CONNECTIONS, 256],
  backends: ['ack-0ms', 'ack-4ms', 'dynalite'],
  heatMs: 100,
  warmUpMs: 50,
  windowMs: 100,
  startUps: 1,
  memoryAfter: [500, 1_000],
};
