import { setTimeout as sleep } from 'node:timers/promises';
import { OperatorError } from '../cli/errors.ts';

const PAUSE_MS = 50;

/** Looks every 50 ms until `look` says yes; rejects when that takes longer than the deadline. */
export async function waitQuietly(
  what: string,
  look: () => Promise<boolean> | boolean,
  deadlineMs: number,
): Promise<void> {
  if (!(await comesTrue(look, deadlineMs))) throw new OperatorError(`waited ${deadlineMs / 1_000} s for ${what}`);
}

/** Looks every 50 ms until `look` says yes; false when that takes longer than the deadline. */
export async function comesTrue(look: () => Promise<boolean> | boolean, deadlineMs: number): Promise<boolean> {
  const endMs = performance.now() + deadlineMs;
  while (!(await look())) {
    if (performance.now() > endMs) return false;
    await sleep(PAUSE_MS);
  }
  return true;
}
