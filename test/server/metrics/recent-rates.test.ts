import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createRecentRates } from '../../../server/metrics/recent-rates.ts';

describe('the rates of the last minutes', () => {
  it('are counts per second of the complete buckets, oldest first', () => {
    let nowMs = 10_000;
    const rates = createRecentRates(() => nowMs);
    rates.count(6);
    nowMs = 13_000;
    rates.count(1);
    assert.deepEqual(rates.perSecond().slice(-2), [0, 3]);
    nowMs = 14_000;
    assert.deepEqual(rates.perSecond().slice(-3), [0, 3, 0.5]);
    assert.equal(rates.perSecond().length, 90);
  });

  it('forget what is older than three minutes, also after a long silence', () => {
    for (const silenceMs of [182_000, 184_000, 10_000_000]) {
      let nowMs = 0;
      const rates = createRecentRates(() => nowMs);
      rates.count(1_000);
      nowMs = silenceMs;
      rates.count(1);
      nowMs += 2_000;
      assert.deepEqual(rates.perSecond(), [...Array(89).fill(0), 0.5]);
    }
  });

  it('have everything that was counted within three minutes', () => {
    const steps = fc.array(fc.record({ pauseMs: fc.nat(5_000), by: fc.nat(100) }), { maxLength: 35 });
    fc.assert(
      fc.property(fc.nat(1_000_000), steps, (startMs, counted) => {
        let nowMs = startMs;
        const rates = createRecentRates(() => nowMs);
        for (const { pauseMs, by } of counted) {
          nowMs += pauseMs;
          rates.count(by);
        }
        nowMs += 2_000;
        const sum = rates.perSecond().reduce((total, rate) => total + rate * 2, 0);
        assert.equal(
          sum,
          counted.reduce((total, { by }) => total + by, 0),
        );
      }),
    );
  });
});
