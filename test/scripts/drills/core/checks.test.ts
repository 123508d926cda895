import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Outcome, proofsOf } from '../../../../scripts/drills/core/checks.ts';
import { snapshotExample } from '../aws/snapshot-example.ts';

const good: Outcome = {
  scenario: 'steady',
  stopped: undefined,
  isOver: undefined,
  restoreFailures: [],
  periods: [],
  snapshots: [snapshotExample({ desired: 2 })],
};

/** The promises that an outcome breaks. */
const broken = (outcome: Partial<Outcome>) =>
  proofsOf({ ...good, ...outcome })
    .filter(({ kept }) => !kept)
    .map(({ promise, measured }) => `${promise}: ${measured}`);

describe('the proofs of a drill', () => {
  it('are kept when all went well', () => {
    assert.deepEqual(broken({}), []);
    assert.deepEqual(broken({ isOver: true }), []);
  });

  it('are broken by a stop, by refusals, by a fleet that is not whole, and by what was not restored', () => {
    const refused = { firstCounterAt: 0, lastCounterAt: 0, counters: { 'http.codes.429': 7 }, summaries: {} };
    assert.deepEqual(broken({ stopped: 'the alarm x rings' }), ['the drill ran to its end: the alarm x rings']);
    assert.deepEqual(broken({ periods: [refused, refused] }), ['no request is turned away: 14 answers of 4xx']);
    assert.deepEqual(broken({ isOver: false }), ['the fleet is whole again: not at the end of the load']);
    assert.deepEqual(broken({ restoreFailures: ['a', 'b'] }), ['what the drill changed is restored: a; b']);
  });

  it('want the group to grow in scale-out, also when it has shrunk again', () => {
    const sizes = (...desired: number[]) => ({
      scenario: 'scale-out',
      snapshots: desired.map((size) => snapshotExample({ desired: size })),
    });
    assert.deepEqual(broken(sizes(2, 4, 2)), []);
    assert.deepEqual(broken(sizes(2, 2)), ['the group scales out: from 2 to 2 instances, 2 at the end']);
  });
});
