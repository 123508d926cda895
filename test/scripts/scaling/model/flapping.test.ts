import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findFlaps } from '../../../../scripts/scaling/model/summary.ts';

/** A simulation of `[second, desired, demand]`, in which all other values do not matter. */
function timeline(...points: [second: number, desired: number, demand: number][]) {
  const seconds = points.map(([second, desired, demand]) => ({
    second,
    desired,
    demand,
    served: demand,
    capacity: 0,
    inService: 0,
    pending: 0,
    running: 0,
    cpuPercent: 0,
  }));
  return { seconds };
}

describe('findFlaps', () => {
  it('finds a scale-in that was taken back within a quarter of an hour', () => {
    assert.deepEqual(findFlaps(timeline([0, 3, 100], [60, 2, 100], [960, 3, 109])), [{ inAtS: 60, outAtS: 960 }]);
  });

  it('does not blame a scale-in for a need that came later', () => {
    assert.deepEqual(findFlaps(timeline([0, 3, 100], [60, 2, 100], [961, 3, 100])), []);
  });

  it('does not blame a scale-in for growing demand', () => {
    assert.deepEqual(findFlaps(timeline([0, 3, 100], [60, 2, 100], [360, 3, 111])), []);
  });

  it('counts every cycle once', () => {
    const twice = timeline([0, 3, 100], [60, 2, 100], [120, 3, 100], [180, 4, 100], [240, 3, 100], [300, 4, 100]);
    assert.deepEqual(findFlaps(twice), [
      { inAtS: 60, outAtS: 120 },
      { inAtS: 240, outAtS: 300 },
    ]);
  });
});
