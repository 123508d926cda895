import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SETTLING_MS, TIMEOUTS_MS } from '../../../server/contract.ts';
import type { KnownTime } from '../../../server/timestamps/known-times.ts';
import { createSettledUntil } from '../../../server/timestamps/settled.ts';

const NOW = 1_795_247_100_000_000;
const CONSISTENT = { consistent: true };

describe('the time until which listings are settled', () => {
  it('lets a block be put until its requests are answered, take effect late, and have a wrong clock', () => {
    assert.equal(SETTLING_MS.answer, TIMEOUTS_MS.answer);
    assert.equal(createSettledUntil({ now: () => NOW, tableCompleteUntil: () => NOW })(CONSISTENT), NOW - 20_000_000);
  });

  it('is what was known 40 s ago if the read may be behind', () => {
    const known = (time: number, before: number | undefined) => (forMs: number) => (forMs < 40_000 ? time : before);
    const until = (tableCompleteUntil: KnownTime, othersCompleteUntil?: KnownTime) =>
      createSettledUntil({ now: () => NOW, tableCompleteUntil, othersCompleteUntil })({ consistent: false });
    const always = () => NOW;
    assert.equal(until(always), NOW - 60_000_000);
    assert.equal(until(known(NOW, NOW - 3_600_000_000)), NOW - 3_620_000_000);
    assert.equal(until(known(NOW, undefined)), undefined);
    assert.equal(until(always, known(NOW - 90_000_000, NOW - 3_600_000_000)), NOW - 3_600_000_000);
    assert.equal(until(always, known(NOW - 90_000_000, undefined)), undefined);
  });

  it('stays before the time at which nothing was spilled, or is unknown without one', () => {
    const before = (complete: number | undefined) =>
      createSettledUntil({ now: () => NOW, tableCompleteUntil: () => complete })(CONSISTENT);
    assert.equal(before(NOW - 3_600_000_000), NOW - 3_620_000_000);
    assert.equal(before(NOW + 1), NOW - 20_000_000);
    assert.equal(before(undefined), undefined);
  });
});
