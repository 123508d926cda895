import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FAULTS, isProxyFault } from '../../../scripts/torture/faults.ts';
import { type PlannedFault, planFaults, ROUND } from '../../../scripts/torture/plan.ts';

const firstOf = (seed: number, count: number): PlannedFault[] => planFaults(seed).take(count).toArray();

describe('the plan of faults', () => {
  it('is the same for the same seed, and another for another one', () => {
    assert.deepEqual(firstOf(7, 2 * ROUND), firstOf(7, 2 * ROUND));
    assert.notDeepEqual(firstOf(7, ROUND), firstOf(8, ROUND));
  });

  it('has each fault once in a round', () => {
    const names = firstOf(7, ROUND).map(({ name }) => name);
    assert.deepEqual(names.toSorted(), Object.keys(FAULTS).toSorted());
  });

  it('keeps within the limits of each fault', () => {
    for (const { name, ms, share } of firstOf(7, 10 * ROUND)) {
      const [min, max] = FAULTS[name].ms;
      assert.ok(ms >= min && ms <= max, `${name} lasts ${ms} ms`);
      assert.ok(share > 0 && share <= 1, `${name} affects ${share}`);
    }
  });

  it('kills processes while their writes are on their way', () => {
    const kills = firstOf(7, 10 * ROUND).filter(({ name }) => name === 'kill-worker' || name === 'kill-workers');
    for (const { name, during, share } of kills) assert.ok(during !== undefined && share === 1, name);
  });

  it('takes the database away with and without faults of the spill bucket', () => {
    const losses = firstOf(7, 20 * ROUND).filter(({ name }) => name === 'lose-database');
    assert.ok(losses.some(({ spill }) => spill === undefined));
    assert.ok(losses.some(({ spill }) => spill !== undefined));
  });

  it('lets processes fail with and without requests on their way', () => {
    const planned = firstOf(7, 10 * ROUND).filter(({ name }) => !isProxyFault(name));
    assert.ok(planned.some(({ during }) => during === undefined));
    assert.ok(planned.some(({ during }) => during !== undefined && isProxyFault(during)));
  });
});
