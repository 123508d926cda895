import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../cli/wait.ts';

/** Waits after a read until further reads keep the average rate. */
export type ReadLimit = (readUnits: number) => Promise<void>;

const REAL_CLOCK: Clock = { now: () => performance.now(), sleep: (ms) => sleep(ms) };

/**
 * Limits the read units per second of all readers that share it. A read is charged when DynamoDB has said what it
 * consumed, so a single read may exceed the rate, and the pause after it makes up for that.
 */
export function createReadLimit(unitsPerSecond: number, clock: Clock = REAL_CLOCK): ReadLimit {
  let paidUntilMs = clock.now();
  return async (readUnits) => {
    const nowMs = clock.now();
    paidUntilMs = Math.max(paidUntilMs, nowMs) + (readUnits / unitsPerSecond) * 1_000;
    const pauseMs = paidUntilMs - nowMs;
    if (pauseMs >= 1) await clock.sleep(pauseMs);
  };
}

/** No limit but that of the table. */
export const UNLIMITED: ReadLimit = async () => {};
