import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  fleetBounds,
  instancesFor,
  instancesToSurviveZoneLoss,
  survivorsOfZoneLoss,
  tableWriteLimit,
  warmWriteUnits,
} from '../../../infra/scaling/capacity.ts';
import { readSettings } from '../../../infra/settings/read.ts';

const { scaleOut } = readSettings('dev');
const zoneCounts = fc.integer({ min: 2, max: 6 });
const needs = fc.integer({ min: 1, max: 200 });
const rates = fc.integer({ min: 1, max: 100_000 });

describe('fleet capacity', () => {
  it('is below the scale-out threshold at its rate, and above it with one instance fewer', () => {
    fc.assert(
      fc.property(rates, rates, fc.integer({ min: 10, max: 90 }), (rate, ratePerInstance, threshold) => {
        const cpu = (instances: number) => (100 * rate) / (instances * ratePerInstance);
        const instances = instancesFor(rate, ratePerInstance, threshold);
        assert.ok(cpu(instances) <= threshold + 1e-9);
        assert.ok(instances === 1 || cpu(instances - 1) > threshold);
      }),
    );
  });

  it('leaves exactly enough instances after the loss of the largest zone', () => {
    fc.assert(
      fc.property(needs, zoneCounts, (needed, zoneCount) => {
        const instances = instancesToSurviveZoneLoss(needed, zoneCount);
        assert.ok(survivorsOfZoneLoss(instances, zoneCount) >= needed);
        assert.ok(instances >= zoneCount);
        assert.ok(instances === zoneCount || survivorsOfZoneLoss(instances - 1, zoneCount) < needed);
      }),
    );
  });

  it('is computed for the loss of the largest zone in any distribution of the instances', () => {
    fc.assert(
      fc.property(needs, zoneCounts, (instances, zoneCount) => {
        const zones = Array.from({ length: zoneCount }, (_, zone) => Math.ceil((instances - zone) / zoneCount));
        assert.equal(
          zones.reduce((sum, zone) => sum + zone, 0),
          instances,
        );
        assert.equal(survivorsOfZoneLoss(instances, zoneCount), instances - Math.max(...zones));
      }),
    );
  });

  it('always leaves room to scale out', () => {
    fc.assert(
      fc.property(rates, rates, rates, zoneCounts, (sustainedRate, peakRate, ratePerInstance, zoneCount) => {
        const zones = Array.from({ length: zoneCount }, String);
        const { min, max } = fleetBounds({ sustainedRate, peakRate, ratePerInstance, zones, scaleOut });
        assert.ok(max > min);
      }),
    );
  });

  it('has a table limit above the maximum write rate of the largest fleet', () => {
    assert.equal(tableWriteLimit({ min: 2, max: 9 }, 4_000), 36_000);
  });

  it('warms the table for the setting, or else the peak rate, if a new table accepts less', () => {
    assert.equal(warmWriteUnits({ warmWriteUnits: 0, peakRate: 5_000 }), 5_000);
    assert.equal(warmWriteUnits({ warmWriteUnits: 9_000, peakRate: 5_000 }), 9_000);
    assert.equal(warmWriteUnits({ warmWriteUnits: 0, peakRate: 4_000 }), undefined);
  });

  it('never warms the table for more than its limit', () => {
    fc.assert(
      fc.property(rates, rates, rates, zoneCounts, (sustainedRate, peakRate, ratePerInstance, zoneCount) => {
        const zones = Array.from({ length: zoneCount }, String);
        const bounds = fleetBounds({ sustainedRate, peakRate, ratePerInstance, zones, scaleOut });
        const warm = warmWriteUnits({ warmWriteUnits: 0, peakRate });
        assert.ok((warm ?? 0) <= tableWriteLimit(bounds, ratePerInstance));
      }),
    );
  });
});
