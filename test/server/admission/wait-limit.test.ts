import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createWaitLimit } from '../../../server/admission/wait-limit.ts';
import { overloadedLoop } from './overloaded-loop.ts';

const MAX = 10_000;
const TARGET_MS = 100;
const SAMPLE_MS = 100;
const PEAK_CLIENTS = 800;

type Limit = ReturnType<typeof newLimit>;

function newLimit() {
  return createWaitLimit({ max: MAX, targetMs: TARGET_MS, nowMs: 0 });
}

interface State {
  readonly loopDelayMs: number;
  readonly queueMs: number;
}

/** Samples these states every 100 ms, while as many requests wait as arrive in that time at 20,000 a second. */
function sampleAll(limit: Limit, states: readonly State[], startMs = 0): void {
  for (const [i, state] of states.entries()) {
    limit.admits(state.queueMs * 20);
    limit.sample({ nowMs: startMs + (i + 1) * SAMPLE_MS, ...state });
  }
}

function queues(waitsMs: readonly number[]): State[] {
  return waitsMs.map((queueMs) => ({ loopDelayMs: 0, queueMs }));
}

const anyStates = fc.array(fc.record({ loopDelayMs: fc.nat({ max: 2_000 }), queueMs: fc.nat({ max: 8_000 }) }), {
  maxLength: 200,
});
/** So short that no limit refuses anything. */
const shortWaits = fc.array(fc.nat({ max: 49 }), { minLength: 150, maxLength: 160 });

/** A server that serves `serviceRate` requests a second and is offered more, in steps of 10 ms. */
function overloaded(serviceRate: number, factor: number, seconds: number) {
  const limit = newLimit();
  let [queue, served, longestMs] = [0, 0, 0];
  const [stepMs, halfMs] = [10, seconds * 500];
  for (let nowMs = 0; nowMs < seconds * 1_000; nowMs += stepMs) {
    const arrivals = (serviceRate * factor * stepMs) / 1_000;
    limit.admits(queue + arrivals);
    queue = Math.max(queue, Math.min(queue + arrivals, limit.limit()));
    const done = Math.min(queue, (serviceRate * stepMs) / 1_000);
    queue -= done;
    const waitMs = (queue / serviceRate) * 1_000;
    if (nowMs % SAMPLE_MS === 0) limit.sample({ nowMs, loopDelayMs: 0, queueMs: waitMs });
    if (nowMs < halfMs) continue;
    served += done;
    longestMs = Math.max(longestMs, waitMs);
  }
  return { longestMs, goodput: served / (serviceRate * (seconds / 2)) };
}

describe('the limit of waiting requests', () => {
  it('stays between one block of timestamps and its maximum, however long requests wait', () => {
    fc.assert(
      fc.property(anyStates, (states) => {
        const limit = newLimit();
        for (const [i, state] of states.entries()) {
          sampleAll(limit, [state], i * SAMPLE_MS);
          assert.ok(limit.limit() >= 1_000 && limit.limit() <= MAX, `${limit.limit()}`);
        }
      }),
    );
  });

  it('is not reduced by long waits in less than three quarters of an interval', () => {
    const limit = newLimit();
    sampleAll(limit, queues([5, 400, 700, 900, 5, 900, 900, 900, 5, 5, 5, 300, 800, 5]));
    assert.equal(limit.limit(), MAX);
  });

  it('is not reduced by a single pause of the event loop, however long', () => {
    const limit = newLimit();
    for (const [nowMs, loopDelayMs] of [
      [1_500, 1_400],
      [1_600, 0],
      [1_700, 0],
      [1_800, 0],
      [1_900, 0],
    ] as const)
      limit.sample({ nowMs, loopDelayMs, queueMs: 0 });
    assert.equal(limit.limit(), MAX);
  });

  it('is reduced by a second of waits above the target', () => {
    const limit = newLimit();
    sampleAll(limit, queues(Array(11).fill(150)));
    assert.equal(limit.limit(), 2_000);
  });

  it('is reduced if requests wait for the event loop, although none waits for a write', () => {
    const limit = newLimit();
    limit.admits(4_000);
    sampleAll(limit, Array(11).fill({ loopDelayMs: 45, queueMs: 0 }));
    assert.ok(limit.limit() < 3_000, `${limit.limit()}`);
  });

  it('does not change while no timestamp waits or asks to be admitted, however late the event loop is', () => {
    const limit = newLimit();
    for (const nowMs of [200, 500, 1_000]) limit.sample({ nowMs, loopDelayMs: 700, queueMs: 0 });
    assert.equal(limit.limit(), MAX);
  });

  it('grows slowly while it refuses requests', () => {
    const limit = newLimit();
    sampleAll(limit, queues(Array(11).fill(150)));
    const reduced = limit.limit();
    assert.equal(limit.admits(reduced), false);
    sampleAll(limit, queues(Array(10).fill(5)), 1_100);
    assert.ok(limit.limit() > reduced && limit.limit() <= reduced * 1.1, `${limit.limit()} after ${reduced}`);
  });

  it('is no overload for other operations if they alone delay the event loop by less than the target', () => {
    const limit = newLimit();
    sampleAll(limit, Array(11).fill({ loopDelayMs: 60, queueMs: 0 }));
    assert.equal(limit.isOverloaded(), false);
  });

  for (const [what, state] of [
    ['timestamps wait', { loopDelayMs: 0, queueMs: 150 }],
    ['the event loop is late', { loopDelayMs: 150, queueMs: 0 }],
  ] as const)
    it(`is an overload for other operations until a second after ${what} for longer than the target`, () => {
      const limit = newLimit();
      sampleAll(limit, Array(10).fill(state));
      assert.equal(limit.isOverloaded(), true);
      sampleAll(limit, queues(Array(10).fill(5)), 1_000);
      assert.equal(limit.isOverloaded(), false);
    });

  it('is an overload for other operations until a second after the one in which it refused a timestamp', () => {
    const limit = newLimit();
    assert.equal(limit.admits(MAX), false);
    for (const startMs of [0, 1_000]) {
      assert.equal(limit.isOverloaded(), true);
      sampleAll(limit, queues(Array(10).fill(5)), startMs);
    }
    assert.equal(limit.isOverloaded(), false);
  });

  it('returns to its maximum within 15 s after the waits have become short', () => {
    fc.assert(
      fc.property(anyStates, shortWaits, (before, after) => {
        const limit = newLimit();
        sampleAll(limit, before);
        sampleAll(limit, queues(after), before.length * SAMPLE_MS);
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

  let peak: ReturnType<typeof overloadedLoop>;
  before(() => {
    peak = overloadedLoop(newLimit(), PEAK_CLIENTS);
  });
  for (const factor of [2, 5, 10])
    it(`keeps goodput high and waits short with ${factor} times the clients of the peak`, () => {
      const { goodput, admittedP99Ms, refusedP99Ms } = overloadedLoop(newLimit(), factor * PEAK_CLIENTS);
      assert.ok(goodput >= 0.9 * peak.goodput, `goodput ${goodput}, at the peak ${peak.goodput}`);
      assert.ok(admittedP99Ms <= 250, `admitted: ${admittedP99Ms} ms`);
      assert.ok(refusedP99Ms <= 50, `refused: ${refusedP99Ms} ms`);
    });
});
