import { BACKEND_NAMES, type BackendName } from './backends/backends.ts';
import type { Generator } from './load/load.ts';

/** How much is measured. */
export interface Plan {
  readonly rounds: number;
  readonly connections: readonly number[];
  readonly backends: readonly BackendName[];
  /** Load on a fresh server, so that V8 has compiled what is measured later. */
  readonly serverWarmUpMs: number;
  /** Load before each window, so that queues have their usual length. */
  readonly warmUpMs: number;
  readonly windowMs: number;
  readonly startUps: number;
  /** Requests after which memory is read, ascending. */
  readonly memoryAfter: readonly number[];
}

/** What every measurement needs. */
export interface Bench {
  readonly plan: Plan;
  readonly generator: Generator;
}

/** The number of connections of figures that are measured with one number only. */
export const USUAL_CONNECTIONS = 64;

export const FULL_PLAN: Plan = {
  rounds: 7,
  connections: [1, 16, USUAL_CONNECTIONS, 256],
  backends: BACKEND_NAMES,
  serverWarmUpMs: 1_000,
  warmUpMs: 200,
  windowMs: 1_000,
  startUps: 5,
  memoryAfter: [10_000, 20_000, 50_000, 100_000],
};

/** For CI: shows that each part works and says nothing about speed. */
export const SMOKE_PLAN: Plan = {
  rounds: 1,
  connections: [1, USUAL_CONNECTIONS, 256],
  backends: ['ack-0ms', 'ack-4ms', 'dynalite'],
  serverWarmUpMs: 100,
  warmUpMs: 50,
  windowMs: 100,
  startUps: 1,
  memoryAfter: [500, 1_000],
};
