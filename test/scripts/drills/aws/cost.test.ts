import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { costText, expectedCost } from '../../../../scripts/drills/aws/cost.ts';
import { planDrill } from '../../../../scripts/drills/aws/plan.ts';

const fleet = { region: 'eu-west-1', type: 'c7g.large', desired: 4, max: 10 };
const plan = (drill: string, durationS?: number) =>
  planDrill({ drill, target: 'x', ratePerS: 1_000, peakPerS: 2_000, ...(durationS && { durationS }) });
const costs = (...args: Parameters<typeof expectedCost>) => expectedCost(...args).map(({ usd }) => usd.toFixed(4));

describe('the expected cost of a drill', () => {
  it('counts each request as a write and a connection, at the prices of the region', () => {
    // 3.6 million requests: 3.6 × 0.7068; 1,000 connections/s are 40 units at 0.008; nothing more runs.
    assert.deepEqual(costs(plan('steady', 3_600), fleet, {}), ['2.5445', '0.3200', '0.0000']);
  });

  it('counts the instances that the group may add, by what the drill does', () => {
    const further = (drill: string) => expectedCost(plan(drill), fleet, {})[2]?.usd.toFixed(4);
    assert.equal(further('scale-out'), (6 * 0.0775 * (1_920 / 3_600)).toFixed(4));
    assert.equal(further('rolling-deploy'), (4 * 0.0775).toFixed(4));
    assert.equal(further('restore'), '0.0000');
    assert.equal(further('kill-instance'), (0.0775 * (900 / 3_600)).toFixed(4));
    assert.equal(further('lose-az'), (2 * 0.0775 * (600 / 3_600)).toFixed(4));
  });

  it('counts an experiment of FIS by its minutes', () => {
    assert.equal(costs(plan('lose-az'), fleet, { usesFis: true })[3], '0.5000');
  });

  it('is printed with its parts', () => {
    assert.equal(
      costText([
        { what: 'writes', usd: 0.5 },
        { what: 'units', usd: 0.25 },
      ]),
      'at most 0.75 USD beyond the running stage (writes 0.50, units 0.25)',
    );
  });
});
