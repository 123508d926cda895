import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { DEADLINE_MS } from './processes.ts';

/** Looks until the condition holds; fails if that takes longer than any busy machine needs. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + DEADLINE_MS;
  while (!(await condition())) {
    assert.ok(performance.now() < endMs, `${what}: not within ${DEADLINE_MS} ms`);
    await pause(20);
  }
}
