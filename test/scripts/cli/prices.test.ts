import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  instanceHourPrice,
  PRICED_REGIONS,
  PRICES_AS_OF,
  pricesOf,
  type RegionPrices,
} from '../../../scripts/cli/prices.ts';

/** All numbers of a price table, with the path to each. */
function numbersOf(value: object, path = ''): [string, number][] {
  return Object.entries(value).flatMap(([key, item]) =>
    typeof item === 'number' ? [[`${path}${key}`, item] as [string, number]] : numbersOf(item, `${path}${key}.`),
  );
}

describe('prices', () => {
  it('are dated', () => {
    assert.match(PRICES_AS_OF, /^\d{4}-\d\d-\d\d$/);
  });

  it('are above 0, and of one order of magnitude in all regions', () => {
    const base = new Map(numbersOf(pricesOf('us-east-1')));
    for (const region of PRICED_REGIONS) {
      for (const [path, price] of numbersOf(pricesOf(region))) {
        const ratio = price / (base.get(path) ?? Number.NaN);
        assert.ok(ratio >= 0.9 && ratio <= 1.3, `${region} ${path} is ${price}, ${ratio} times that of us-east-1`);
      }
    }
  });

  it('keep the proportions that AWS publishes', () => {
    const ratios = ({ dynamodb, lambda }: RegionPrices) => [
      dynamodb.millionWriteUnits / dynamodb.millionReadUnits,
      lambda.gbSecondArm / lambda.gbSecondX86,
    ];
    for (const region of PRICED_REGIONS) {
      const [writeToRead = 0, armToX86 = 0] = ratios(pricesOf(region));
      assert.ok(Math.abs(writeToRead - 5) < 0.01, `${region}: a write unit costs ${writeToRead} read units`);
      assert.ok(Math.abs(armToX86 - 0.8) < 0.001, `${region}: Arm costs ${armToX86} of x86`);
    }
  });

  it('refuse a region they do not know', () => {
    assert.throws(() => pricesOf('mars-1'), /no prices of region 'mars-1': expected us-east-1/);
  });
});

describe('instanceHourPrice', () => {
  it('follows the size', () => {
    assert.equal(instanceHourPrice('us-east-1', 't4g.small'), 0.0168);
    assert.equal(instanceHourPrice('us-east-1', 'c7g.xlarge'), 0.145);
    assert.equal(instanceHourPrice('eu-west-1', 't4g.medium'), 0.0368);
  });

  it('refuses a type or size it does not know', () => {
    assert.throws(
      () => instanceHourPrice('eu-central-1', 'm7g.medium'),
      /no price of m7g\.medium in eu-central-1 is known: add the hour of m7g\.large .* to ec2LargeHour of scripts\/cli\/prices\.json, or use t4g, t3, c7g, c8g there, or the prices of us-east-1, eu-west-1$/,
    );
    assert.throws(() => instanceHourPrice('us-east-1', 'z1d.large'), /or use t4g, t3, m7g, c7g, c8g, m8g there$/);
    assert.throws(() => instanceHourPrice('us-east-1', 't4g.huge'), /'t4g\.huge' has no size with a price: expected/);
    assert.throws(() => instanceHourPrice('us-east-1', 'large'), /'large' has no size with a price: expected <family>/);
  });
});
