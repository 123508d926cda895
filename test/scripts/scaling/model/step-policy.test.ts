import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  adjustedCapacity,
  aggregate,
  findStep,
  type StepPolicy,
} from '../../../../scripts/scaling/model/step-scaling.ts';

/** The example of the documentation, threshold 50: "Step adjustments for scale-out policy" and "... scale-in policy". */
const scaleOut = [
  { lowerBound: 0, upperBound: 10, adjustment: 0 },
  { lowerBound: 10, upperBound: 20, adjustment: 10 },
  { lowerBound: 20, adjustment: 30 },
];
const scaleIn = [
  { lowerBound: -10, upperBound: 0, adjustment: 0 },
  { lowerBound: -20, upperBound: -10, adjustment: -10 },
  { upperBound: -20, adjustment: -30 },
];

const policy = (given: Partial<StepPolicy>): StepPolicy => ({
  name: 'Out',
  adjustmentType: 'ChangeInCapacity',
  steps: [],
  ...given,
});

describe('findStep', () => {
  const stepAt = (steps: StepPolicy['steps'], metric: number) => findStep({ steps }, metric, 50)?.adjustment;

  it('includes the lower and excludes the upper bound above the threshold', () => {
    const found = [49.9, 50, 59.9, 60, 69.9, 70, 1000].map((metric) => stepAt(scaleOut, metric));
    assert.deepEqual(found, [undefined, 0, 0, 10, 10, 30, 30]);
  });

  it('excludes the lower and includes the upper bound below the threshold', () => {
    const found = [50.1, 50, 40.1, 40, 30.1, 30, 0].map((metric) => stepAt(scaleIn, metric));
    assert.deepEqual(found, [undefined, 0, 0, -10, -10, -30, -30]);
  });

  it('finds exactly one step for every metric value on its side of the threshold', () => {
    const breach = fc.double({ min: 0, max: 1000, noNaN: true });
    fc.assert(
      fc.property(breach, (above) => {
        const matches = (steps: StepPolicy['steps'], metric: number) =>
          steps.filter((step) => findStep({ steps: [step] }, metric, 50)).length;
        assert.equal(matches(scaleOut, 50 + above), 1);
        assert.equal(matches(scaleIn, 50 - above), 1);
      }),
    );
  });
});

describe('adjustedCapacity', () => {
  const percent = (adjustment: number, capacity: number, minAdjustmentMagnitude?: number) =>
    adjustedCapacity(
      policy({
        adjustmentType: 'PercentChangeInCapacity',
        ...(minAdjustmentMagnitude === undefined ? {} : { minAdjustmentMagnitude }),
      }),
      { adjustment },
      capacity,
    );

  it('changes by a number of instances: 3 and 5 give 8', () => {
    assert.equal(adjustedCapacity(policy({}), { adjustment: 5 }, 3), 8);
    assert.equal(adjustedCapacity(policy({}), { adjustment: -2 }, 3), 1);
  });

  it('sets an exact number: 3 and 5 give 5', () => {
    assert.equal(adjustedCapacity(policy({ adjustmentType: 'ExactCapacity' }), { adjustment: 5 }, 3), 5);
  });

  it('changes by a percentage: 10 and 10 % give 11', () => {
    assert.equal(percent(10, 10), 11);
  });

  it('rounds a percentage towards zero, but never to zero', () => {
    assert.equal(percent(127, 10) - 10, 12);
    assert.equal(percent(67, 1) - 1, 1);
    assert.equal(percent(-58, 1) - 1, -1);
    assert.equal(percent(-66.7, 10) - 10, -6);
    assert.equal(percent(0, 10), 10);
  });

  it('changes by the minimum magnitude at least: 25 % of 4 with a minimum of 2 adds 2', () => {
    assert.equal(percent(25, 4, 2), 6);
    assert.equal(percent(-25, 4, 2), 2);
    assert.equal(percent(0, 4, 2), 4);
  });
});

describe('aggregate', () => {
  it('sums up the evaluated data points', () => {
    assert.equal(aggregate([60, 90, 75]), 75);
    assert.equal(aggregate([60, 90, 75], 'Minimum'), 60);
    assert.equal(aggregate([60, 90, 75], 'Maximum'), 90);
  });
});
