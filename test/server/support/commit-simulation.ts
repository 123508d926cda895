import type { Runtime } from '../../../server/runtime.ts';
import { type Block, encodeBlock, writeUnits } from '../../../server/timestamps/block.ts';
import { GroupCommit } from '../../../server/timestamps/group-commit.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { tracePrefix } from '../../../server/timestamps/trace-id.ts';
import { recordIds } from './record-ids.ts';

const START = microsFromIso('2026-11-21T07:45:00Z') as number;

/** Numbers from 0 to 1 that are the same in every run (the generator of POSIX). */
function createRandom(): () => number {
  let state = 1;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

export interface SimulationOptions {
  readonly windowMs: number;
  /** Poisson arrivals per second. @default 0 */
  readonly ratePerSecond?: number;
  /** Clients that send one request after the other. @default 0 */
  readonly clients?: number;
  readonly seconds: number;
}

export interface SimulationResult {
  readonly timestamps: number;
  readonly perWriteUnit: number;
  /** Time from arrival to answer of each timestamp, in order of their answers. */
  readonly latenciesMs: readonly number[];
}

/** Time passes in steps of this length. An iteration of the event loop takes one. */
const STEP_MS = 0.25;
const WRITE_MS = 4;

/** The longest latency without a window: a write in flight, the own write, and gathering. */
export const LONGEST_WITHOUT_WINDOW_MS = 2 * WRITE_MS + 1;

/** Runs the group commit in virtual time, against a database that answers after 4 ms. */
export async function simulateCommits(options: SimulationOptions): Promise<SimulationResult> {
  const { windowMs, ratePerSecond = 0, clients = 0, seconds } = options;
  const random = createRandom();
  let nowMs = 0;
  let timers: { readonly atMs: number; readonly callback: () => void }[] = [];
  const setTimer = (callback: () => void, ms: number) => {
    const timer = { atMs: nowMs + ms, callback };
    timers.push(timer);
    return () => {
      timers = timers.filter((each) => each !== timer);
    };
  };
  const runtime: Runtime = {
    wallMicros: () => START + Math.floor(nowMs * 1_000),
    monotonicMs: () => nowMs,
    setTimer,
    setImmediate: (callback) => void setTimer(callback, STEP_MS),
    random,
  };
  const blocks: Block[] = [];
  const latenciesMs: number[] = [];
  const commit = new GroupCommit({
    store: {
      putBlock: (block) => {
        blocks.push(block);
        return new Promise((resolve) => setTimer(() => resolve({ writeUnits: 1, state: 'stored' }), WRITE_MS));
      },
    },
    ids: recordIds,
    writer: '00000000',
    instance: 'i-0abc1234def567890',
    shards: 16,
    windowMs,
    observer: { blockCommitted: () => {}, blockFailed: () => {} },
    runtime,
  });
  const request = async (): Promise<void> => {
    const sinceMs = nowMs;
    const micros = runtime.wallMicros();
    const traceId = `${tracePrefix(micros)}3f5c8a1b9d7e4c6f8a0b2d4e`;
    await commit.record({ micros, traceId, clientAddress: '203.0.113.7', protocol: 'https' });
    latenciesMs.push(nowMs - sinceMs);
  };
  const client = async (): Promise<void> => {
    while (nowMs < seconds * 1_000) await request();
  };
  for (let i = 0; i < clients; i++) void client();
  let arrivalMs = ratePerSecond > 0 ? 0 : Number.POSITIVE_INFINITY;
  while (nowMs < seconds * 1_000) {
    for (; arrivalMs <= nowMs; arrivalMs += (-Math.log(1 - random()) / ratePerSecond) * 1_000) void request();
    const due = timers.filter(({ atMs }) => atMs <= nowMs);
    timers = timers.filter(({ atMs }) => atMs > nowMs);
    for (const { callback } of due) callback();
    for (let i = 0; i < 8; i++) await Promise.resolve();
    // Steps in which nothing happens are skipped.
    const nextMs = Math.min(arrivalMs, ...timers.map(({ atMs }) => atMs));
    if (nextMs === Number.POSITIVE_INFINITY) throw new Error(`no timer and no arrival follows ${nowMs} ms`);
    nowMs = Math.max(nowMs + STEP_MS, Math.ceil(nextMs / STEP_MS) * STEP_MS);
  }
  const timestamps = blocks.reduce((sum, { arrivals }) => sum + arrivals.length, 0);
  const units = blocks.reduce((sum, block) => sum + writeUnits(encodeBlock(block)), 0);
  return { timestamps, perWriteUnit: timestamps / units, latenciesMs };
}
