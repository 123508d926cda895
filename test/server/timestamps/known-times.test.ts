import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createKnownTimes } from '../../../server/timestamps/known-times.ts';
import { createVirtualTime } from '../support/virtual-time.ts';

const LONGEST_MS = 40_000;

function setUp() {
  let nowMs = 0;
  const runtime = { ...createVirtualTime().runtime, monotonicMs: () => nowMs };
  const pass = (ms: number) => {
    nowMs += ms;
    return nowMs;
  };
  return { known: createKnownTimes(runtime, LONGEST_MS), pass };
}

describe('the times of which something is known', () => {
  it('are none before the first one', () => {
    assert.equal(setUp().known.latest(0), undefined);
  });

  it('count for a question about the past once they have been known for that long', () => {
    const { known, pass } = setUp();
    known.put(7);
    pass(39_999);
    assert.deepEqual([known.latest(0), known.latest(LONGEST_MS)], [7, undefined]);
    pass(1);
    assert.equal(known.latest(LONGEST_MS), 7);
  });

  it('are the greatest one that was known then, whatever became known in which order', () => {
    const step = fc.record({ passMs: fc.nat(5_000), time: fc.nat(1_000), forMs: fc.constantFrom(0, LONGEST_MS) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 50 }), (steps) => {
        const { known, pass } = setUp();
        const all: { readonly atMs: number; readonly time: number }[] = [];
        for (const { passMs, time, forMs } of steps) {
          const nowMs = pass(passMs);
          known.put(time);
          all.push({ atMs: nowMs, time });
          const times = all.filter(({ atMs }) => atMs <= nowMs - forMs).map((each) => each.time);
          assert.equal(known.latest(forMs), times.length === 0 ? undefined : Math.max(...times));
        }
      }),
    );
  });
});
