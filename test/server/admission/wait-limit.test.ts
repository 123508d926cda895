import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createWaitLimit, type WaitSample } from '../../../server/admission/wait-limit.ts';

const MAX = 10_000;
const TARGET_MS = 100;
const SAMPLE_MS = 100;

function newLimit() {
  return createWaitLimit({ max: MAX, targetMs: TARGET_MS, nowMs: 0 });
}

/** Samples every 100 ms, with these waits. */
function samplesOf(waits: readonly number[], startMs = 0): WaitSample[] {
  return waits.map((waitMs, i) => ({ nowMs: startMs + (i + 1) * SAMPLE_MS, waitMs, waiting: waitMs * 20 }));
}

const anyWaits = fc.array(fc.nat({ max: 8_000 }), { maxLength: 200 });
const shortWaits = fc.array(fc.nat({ max: TARGET_MS }), { minLength: 80, maxLength: 100 });

/** A server that serves `serviceRate` requests a second and is offered more, in steps of 10 ms. */
function overloaded(serviceRate: number, factor: number, seconds: number) {
  const limit = newLimit();
  let [queue, served, longestMs] = [0, 0, 0];
  const [stepMs, halfMs] = [10, seconds * 500];
  for (let nowMs = 0; nowMs < seconds * 1_000; nowMs += stepMs) {
    const arrivals = (serviceRate * factor * stepMs) / 1_000;
    queue = Math.max(queue, Math.min(queue + arrivals, limit.limit()));
    const done = Math.min(queue, (serviceRate * stepMs) / 1_000);
    queue -= done;
    const waitMs = (queue / serviceRate) * 1_000;
    if (nowMs % SAMPLE_MS === 0) limit.sample({ nowMs, waitMs, waiting: queue });
    if (nowMs < halfMs) continue;
    served += done;
    longestMs = Math.max(longestMs, waitMs);
  }
  return { longestMs, goodput: served / (serviceRate * (seconds / 2)) };
}

describe('the limit of waiting requests', () => {
  it('stays between one block of timestamps and its maximum, however long requests wait', () => {
    fc.assert(
      fc.property(anyWaits, (waits) => {
        const limit = newLimit();
        for (const sample of samplesOf(waits)) {
          limit.sample(sample);
          assert.ok(limit.limit() >= 1_000 && limit.limit() <= MAX, `${limit.limit()}`);
          assert.equal(limit.isReduced(), limit.limit() < MAX);
        }
      }),
    );
  });

  it('is not reduced by a wait shorter than an interval, however long', () => {
    const limit = newLimit();
    for (const sample of samplesOf([5, 400, 700, 900, 5, 5, 5, 5, 5, 5, 5, 300, 800, 5])) limit.sample(sample);
    assert.equal(limit.limit(), MAX);
  });

  it('is reduced by a second of waits above the target', () => {
    const limit = newLimit();
    for (const sample of samplesOf(Array(11).fill(150))) limit.sample(sample);
    assert.equal(limit.limit(), 2_000);
  });

  it('returns to its maximum within 8 s after the waits have become short', () => {
    fc.assert(
      fc.property(anyWaits, shortWaits, (before, after) => {
        const limit = newLimit();
        for (const sample of samplesOf(before)) limit.sample(sample);
        for (const sample of samplesOf(after, before.length * SAMPLE_MS)) limit.sample(sample);
        assert.equal(limit.limit(), MAX);
      }),
    );
  });

  it('keeps a server busy and its waits short at 2 to 10 times the load that it can serve', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10_000, max: 60_000 }), fc.integer({ min: 2, max: 10 }), (serviceRate, factor) => {
        const { longestMs, goodput } = overloaded(serviceRate, factor, 20);
        assert.ok(longestMs <= 2 * TARGET_MS, `${longestMs} ms`);
        assert.ok(goodput >= 0.99, `${goodput}`);
      }),
      { numRuns: 50 },
    );
  });
});
