import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type Adjustment,
  type InStep,
  type OutStep,
  type Scaling,
  scaleInPolicy,
  scaleOutPolicy,
} from '../../../infra/scaling/steps.ts';
import { readSettings } from '../../../infra/settings/read.ts';
import { refuseDisorder, refuseFlapping } from '../../../infra/settings/rules.ts';

const DEFAULTS = readSettings('dev');

/** Bounds and instances that increase with the breach: `out` above 50 %, `in` below it. */
const steps = (out: boolean): fc.Arbitrary<readonly (readonly [bound: number, instances: number])[]> =>
  fc
    .record({
      bounds: fc.uniqueArray(fc.integer(out ? { min: 50, max: 100 } : { min: 0, max: 50 }), {
        minLength: 1,
        maxLength: 5,
      }),
      growth: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 5, maxLength: 5 }),
    })
    .map(({ bounds, growth }) => {
      const sorted = bounds.toSorted((a, b) => (out ? a - b : b - a));
      const sums = growth.map((_, index) => growth.slice(0, index + 1).reduce((sum, instances) => sum + instances, 0));
      return sorted.map((bound, index) => [bound, sums[index] as number] as const);
    });

const tables: fc.Arbitrary<Scaling> = fc.tuple(steps(true), steps(false)).map(([out, into]) => ({
  scaleOut: out.map(([from, instances]) => ({ from, instances })) as [OutStep, ...OutStep[]],
  scaleOutPeriods: 2,
  scaleIn: into.map(([below, instances]) => ({ below, instances })) as [InStep, ...InStep[]],
  scaleInPeriods: 2,
  warmupS: 60,
}));

/** The adjustments that Auto Scaling selects for this distance from the threshold when scaling out. */
const takenOut = (adjustments: readonly Adjustment[], distance: number): readonly Adjustment[] =>
  adjustments.filter(
    ({ metricIntervalLowerBound: low = -Infinity, metricIntervalUpperBound: high = Infinity }) =>
      distance >= low && distance < high,
  );

/** The same for scaling in, where the upper bound is inclusive. */
const takenIn = (adjustments: readonly Adjustment[], distance: number): readonly Adjustment[] =>
  adjustments.filter(
    ({ metricIntervalLowerBound: low = -Infinity, metricIntervalUpperBound: high = Infinity }) =>
      distance > low && distance <= high,
  );

describe('scale-out steps', () => {
  it('take exactly one step for every breach', () => {
    fc.assert(
      fc.property(tables, fc.double({ min: 0, max: 1_000, noNaN: true }), (table, distance) => {
        assert.equal(takenOut(scaleOutPolicy(table).adjustments, distance).length, 1);
      }),
    );
  });

  it('never add fewer instances for a larger breach', () => {
    const distance = fc.double({ min: 0, max: 1_000, noNaN: true });
    fc.assert(
      fc.property(tables, distance, distance, (table, a, b) => {
        const { adjustments } = scaleOutPolicy(table);
        const added = (breach: number) => takenOut(adjustments, breach)[0]?.scalingAdjustment ?? 0;
        assert.ok(added(Math.min(a, b)) <= added(Math.max(a, b)));
        assert.ok(added(a) > 0);
      }),
    );
  });
});

describe('scale-in steps', () => {
  it('take exactly one step for every breach', () => {
    fc.assert(
      fc.property(tables, fc.double({ min: -1_000, max: 0, noNaN: true }), (table, distance) => {
        assert.equal(takenIn(scaleInPolicy(table).adjustments, distance).length, 1);
      }),
    );
  });

  it('only remove instances', () => {
    fc.assert(
      fc.property(tables, (table) => {
        assert.ok(scaleInPolicy(table).adjustments.every(({ scalingAdjustment }) => scalingAdjustment < 0));
      }),
    );
  });
});

describe('refuseFlapping', () => {
  it('accepts a table only when no scale-in leads to a scale-out', () => {
    const bounds = fc.record({ min: fc.integer({ min: 1, max: 10 }), room: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(tables, bounds, fc.nat(), fc.nat(), (table, { min, room }, sizeSeed, cpuSeed) => {
        const max = min + room;
        fc.pre(accepts(table, min, max));
        const size = min + 1 + (sizeSeed % room);
        const cpu = (cpuSeed % (table.scaleIn[0].below * 100)) / 100;
        fc.pre(table.scaleIn[0].below > 0);
        const { adjustments, threshold } = scaleInPolicy(table);
        const taken = takenIn(adjustments, cpu - threshold)[0]?.scalingAdjustment ?? 0;
        const left = Math.max(min, size + taken);
        assert.ok((cpu * size) / left <= scaleOutPolicy(table).threshold);
      }),
    );
  });

  it('refuses a table that scales in from two instances too early', () => {
    assert.throws(() => refuseFlapping(DEFAULTS, { min: 1, max: 4 }), /takes 2 instances to 1, up to 80 % CPU/);
  });
});

const accepts = (table: Scaling, min: number, max: number): boolean => {
  try {
    refuseFlapping(table, { min, max });
    return true;
  } catch {
    return false;
  }
};

describe('the scaling table', () => {
  it('scales out above 60 % for two periods, and in below 40 %', () => {
    assert.deepEqual(
      {
        out: scaleOutPolicy(DEFAULTS).threshold,
        periods: scaleOutPolicy(DEFAULTS).periods,
        in: scaleInPolicy(DEFAULTS).threshold,
      },
      { out: 60, periods: 2, in: 40 },
    );
  });

  it('is refused if a step does not exceed the previous one', () => {
    const scaleOut: Scaling['scaleOut'] = [
      { from: 60, instances: 2 },
      { from: 75, instances: 1 },
    ];
    assert.throws(() => refuseDisorder({ ...DEFAULTS, scaleOut }), /scaleOut has 1 at 75 % after 2 at 60 %/);
    const scaleIn: Scaling['scaleIn'] = [
      { below: 40, instances: 1 },
      { below: 50, instances: 2 },
    ];
    assert.throws(() => refuseDisorder({ ...DEFAULTS, scaleIn }), /scaleIn has 2 at 50 % after 1 at 40 %/);
  });
});
