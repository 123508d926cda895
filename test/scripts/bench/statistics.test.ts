import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { median, summarize } from '../../../scripts/bench/statistics.ts';

describe('median', () => {
  it('is the one in the middle, of an even count the mean of two', () => {
    assert.equal(median([30, 4, 100]), 30);
    assert.equal(median([4, 1, 3, 2]), 2.5);
  });

  it('of nothing is no number', () => {
    assert.ok(Number.isNaN(median([])));
  });
});

describe('summarize', () => {
  it('tells middle and spread', () => {
    assert.deepEqual(summarize([3, 1, 2]), { median: 2, min: 1, max: 3 });
  });
});
