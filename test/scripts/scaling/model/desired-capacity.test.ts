import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { StepPolicy } from '../../../../scripts/scaling/model/step-scaling.ts';
import { type Bounds, type FleetCounts, nextDesired } from '../../../../scripts/scaling/model/step-scaling.ts';

/** The policies of the documentation's example: threshold 50 %, in percent of the group. */
const scaleOut: StepPolicy = {
  name: 'Out',
  adjustmentType: 'PercentChangeInCapacity',
  steps: [
    { lowerBound: 0, upperBound: 10, adjustment: 0 },
    { lowerBound: 10, upperBound: 20, adjustment: 10 },
    { lowerBound: 20, adjustment: 30 },
  ],
};
const scaleIn: StepPolicy = {
  ...scaleOut,
  name: 'In',
  steps: [
    { lowerBound: -10, upperBound: 0, adjustment: 0 },
    { lowerBound: -20, upperBound: -10, adjustment: -10 },
    { upperBound: -20, adjustment: -30 },
  ],
};

const idle = { warm: 0, warming: 0, pending: 0, terminating: 0 };
const wide: Bounds = { min: 0, max: 100 };

const next = (policy: StepPolicy, metric: number, desired: number, fleet: Partial<FleetCounts>, bounds = wide) =>
  nextDesired(policy, metric, 50, desired, { ...idle, ...fleet }, bounds);

describe('nextDesired', () => {
  it('follows the documented example: 10, 11 at 60 %, 14 at 70 %, 13 at 40 %, 10 at 30 %', () => {
    assert.equal(next(scaleOut, 60, 10, { warm: 10 }), 11);
    assert.equal(next(scaleOut, 70, 11, { warm: 11 }), 14);
    assert.equal(next(scaleIn, 40, 14, { warm: 14 }), 13);
    assert.equal(next(scaleIn, 30, 13, { warm: 13 }), 10);
  });

  it('keeps the size while the metric is between the steps', () => {
    assert.equal(next(scaleOut, 59, 10, { warm: 10 }), 10);
    assert.equal(next(scaleIn, 41, 10, { warm: 10 }), 10);
  });

  it('follows the documented example of a warm-up: 11 stays 11 at 62 %, and becomes 13 at 70 %', () => {
    const booting = { warm: 10, pending: 1 };
    const warming = { warm: 10, warming: 1 };
    for (const fleet of [booting, warming]) {
      assert.equal(next(scaleOut, 62, 11, fleet), 11);
      assert.equal(next(scaleOut, 70, 11, fleet), 13);
    }
  });

  it('does not scale in while a scale-out is in progress', () => {
    assert.equal(next(scaleIn, 30, 11, { warm: 10, pending: 1 }), 11);
    assert.equal(next(scaleIn, 30, 11, { warm: 10, warming: 1 }), 11);
  });

  it('counts terminating instances when it scales in, so that a repeated breach removes nothing more', () => {
    assert.equal(next(scaleIn, 40, 13, { warm: 13, terminating: 1 }), 13);
  });

  it('stays within the bounds of the group, as in the documented examples', () => {
    const add3: StepPolicy = {
      ...scaleOut,
      adjustmentType: 'ChangeInCapacity',
      steps: [{ lowerBound: 0, adjustment: 3 }],
    };
    const remove2: StepPolicy = { ...add3, steps: [{ upperBound: 0, adjustment: -2 }] };
    assert.equal(next(add3, 60, 2, { warm: 2 }, { min: 1, max: 3 }), 3);
    assert.equal(next(remove2, 20, 3, { warm: 3 }, { min: 2, max: 5 }), 2);
  });

  it('sets an exact capacity in both directions', () => {
    const exactly = (adjustment: number): StepPolicy => ({
      ...scaleOut,
      adjustmentType: 'ExactCapacity',
      steps: [{ lowerBound: 0, adjustment }],
    });
    assert.equal(next(exactly(6), 60, 3, { warm: 3 }), 6);
    assert.equal(next(exactly(2), 60, 3, { warm: 3 }), 2);
  });

  const fleets = fc.record({
    warm: fc.nat(50),
    warming: fc.nat(10),
    pending: fc.nat(10),
    terminating: fc.nat(10),
  });
  const alive = (fleet: FleetCounts) => fleet.warm + fleet.warming + fleet.pending;
  const metrics = fc.integer({ min: 0, max: 100 });

  it('never leaves the bounds', () => {
    fc.assert(
      fc.property(fleets, metrics, fc.nat(20), fc.nat(40), (fleet, metric, min, extra) => {
        const bounds = { min, max: min + extra };
        const desired = Math.min(bounds.max, Math.max(bounds.min, alive(fleet)));
        for (const policy of [scaleOut, scaleIn]) {
          const size = next(policy, metric, desired, fleet, bounds);
          assert.ok(size >= bounds.min && size <= bounds.max, `${size} is outside ${JSON.stringify(bounds)}`);
        }
      }),
    );
  });

  it('never shrinks by the scale-out policy and never grows by the scale-in policy', () => {
    fc.assert(
      fc.property(fleets, metrics, (fleet, metric) => {
        const desired = alive(fleet);
        assert.ok(next(scaleOut, metric, desired, fleet) >= desired);
        assert.ok(next(scaleIn, metric, desired, fleet) <= desired);
      }),
    );
  });

  it('never asks for less when the metric is higher', () => {
    fc.assert(
      fc.property(fleets, metrics, metrics, (fleet, one, other) => {
        const [lower, higher] = [Math.min(one, other), Math.max(one, other)];
        const desired = alive(fleet);
        assert.ok(next(scaleOut, higher, desired, fleet) >= next(scaleOut, lower, desired, fleet));
      }),
    );
  });

  it('changes nothing when the same breach is reported again', () => {
    fc.assert(
      fc.property(fc.nat(50), metrics, (warm, metric) => {
        const once = next(scaleOut, metric, warm, { warm });
        assert.equal(next(scaleOut, metric, once, { warm, pending: once - warm }), once);
      }),
    );
  });
});
