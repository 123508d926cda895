import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { median, summarize } from '../../../scripts/bench/results.ts';

describe('median', () => {
  it('is the value in the middle, or the mean of the two in the middle', () => {
    assert.equal(median([30, 4, 100]), 30);
    assert.equal(median([4, 1, 3, 2]), 2.5);
  });

  it('of no values is NaN', () => {
    assert.ok(Number.isNaN(median([])));
  });
});

describe('summarize', () => {
  it('returns the median and the range', () => {
    assert.deepEqual(summarize([3, 1, 2]), { median: 2, min: 1, max: 3 });
  });
});
