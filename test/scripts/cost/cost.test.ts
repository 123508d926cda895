import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fleetBounds } from '../../../infra/scaling/capacity.ts';
import { readSettings } from '../../../infra/settings/read.ts';
import { billsAt, perMillion, totalOf } from '../../../scripts/cost/bills.ts';
import { ASSUMED, fleetSize, loadBalancerUnits, SECONDS_PER_MONTH } from '../../../scripts/cost/items.ts';
import { loadPointAt, type Measured } from '../../../scripts/cost/measured.ts';

const POINTS = [
  { ratePerProcess: 100, timestampsPerWriteUnit: 1, bytesPerTimestamp: 200 },
  { ratePerProcess: 1_100, timestampsPerWriteUnit: 11, bytesPerTimestamp: 100 },
];
const MEASURED: Measured = {
  commitWindow: 50,
  measuredAt: '2026-11-21T12:00:00Z',
  ratePerVcpu: { stampede: 10_000, itemPerRequest: 1_000 },
  points: POINTS,
  itemBytes: 180,
};
const CHOICE = { region: 'us-east-1', instanceType: 'c7g.medium', vcpus: 1, zones: 3, natGateways: 1 };

describe('loadPointAt', () => {
  it('lies on the line between two measured points', () => {
    assert.deepEqual(loadPointAt(POINTS, 600), {
      ratePerProcess: 600,
      timestampsPerWriteUnit: 6,
      bytesPerTimestamp: 150,
    });
  });

  it('is the last point beyond it, and a timestamp alone in its block near rest', () => {
    assert.equal(loadPointAt(POINTS, 5_000).timestampsPerWriteUnit, 11);
    assert.equal(loadPointAt(POINTS, 0).timestampsPerWriteUnit, 1);
  });
});

describe('fleetSize', () => {
  it('has at least an instance a zone', () => {
    assert.equal(fleetSize(1, 10_000, CHOICE), 3);
  });

  it('in one zone carries the rate, but not the loss of the zone', () => {
    assert.equal(fleetSize(1, 1_000, { ...CHOICE, zones: 1 }), 1);
    assert.equal(fleetSize(3_000, 1_000, { ...CHOICE, zones: 1 }), 5);
  });

  it('carries the rate below the CPU target after the loss of a zone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 2, max: 3 }), (rate, zones) => {
        const size = fleetSize(rate, 1_000, { ...CHOICE, zones });
        assert.ok((size - Math.ceil(size / zones)) * 600 >= rate);
      }),
    );
  });

  it('is what the stack would start', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 2, max: 3 }), (rate, zoneCount) => {
        const { scaleOut } = readSettings('dev');
        const zones = Array.from({ length: zoneCount }, (_, zone) => `${zone}`);
        const demand = { sustainedRate: rate, peakRate: rate, ratePerInstance: 1_000, zones, scaleOut };
        assert.equal(fleetSize(rate, 1_000, { ...CHOICE, zones: zoneCount }), fleetBounds(demand).min);
      }),
    );
  });
});

describe('loadBalancerUnits', () => {
  it('are those of the greatest dimension', () => {
    const bytes = ASSUMED.requestBytes + ASSUMED.answerBytes;
    const gbPerHour = (bytes * 1_000 * 3_600) / 1e9;
    assert.equal(loadBalancerUnits(1_000, 0.4), gbPerHour / 0.4);
    assert.ok(gbPerHour < 4);
    assert.equal(loadBalancerUnits(1_000, 1), 4, 'new connections: 1,000 / 10 requests / 25 a unit');
  });
});

describe('the bills', () => {
  it('count a write unit per timestamp where each has an item of its own, and fewer for Stampede', () => {
    const million = (SECONDS_PER_MONTH * 3_000) / 1e6;
    const [stampede, itemPerRequest] = billsAt(3_000, MEASURED, CHOICE).map(
      ({ items }) => items.find(({ name }) => name === 'DynamoDB write units')?.usd ?? Number.NaN,
    );
    assert.equal(itemPerRequest, million * 0.625);
    const size = fleetSize(3_000, 10_000, CHOICE);
    assert.equal(stampede, (million * 0.625) / loadPointAt(POINTS, 3_000 / size).timestampsPerWriteUnit);
  });

  it('sum their items', () => {
    const bill = {
      title: 'two',
      items: [
        { name: 'a', quantity: '1', usd: 2 },
        { name: 'b', quantity: '1', usd: 3 },
      ],
    };
    assert.equal(totalOf(bill), 5);
    assert.equal(perMillion(bill, 2_000_000), 2.5);
  });

  it('only grow with the rate', () => {
    const rates = fc.tuple(fc.integer({ min: 1, max: 9_000 }), fc.integer({ min: 1_000, max: 5_000 }));
    fc.assert(
      fc.property(rates, ([rate, more]) => {
        const before = billsAt(rate, MEASURED, CHOICE);
        for (const [index, bill] of billsAt(rate + more, MEASURED, CHOICE).entries())
          assert.ok(totalOf(bill) > totalOf(before[index] ?? { title: '', items: [] }), bill.title);
      }),
    );
  });

  it('refuse a region without prices', () => {
    assert.throws(() => billsAt(1, MEASURED, { ...CHOICE, region: 'mars-1' }), /no prices of region 'mars-1'/);
  });
});
