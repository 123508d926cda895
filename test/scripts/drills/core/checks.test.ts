import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countRequests } from '../../../../scripts/drills/artillery/periods.ts';
import { type ChecksOptions, checksOf } from '../../../../scripts/drills/core/checks.ts';

const good: ChecksOptions = {
  stopped: undefined,
  refused: 0,
  isRecovered: undefined,
  restoreFailure: undefined,
};

/** The checks that an outcome fails. */
const failed = (outcome: Partial<ChecksOptions>) =>
  checksOf({ ...good, ...outcome })
    .filter(({ passed }) => !passed)
    .map(({ check, measured }) => `${check}: ${measured}`);

describe('the checks of a drill', () => {
  it('pass when all went well', () => {
    assert.deepEqual(failed({}), []);
    assert.deepEqual(failed({ isRecovered: true }), []);
  });

  it('fail after a stop, after refusals, below the desired capacity, and when something was not restored', () => {
    const refused = { firstCounterAt: 0, lastCounterAt: 0, counters: { 'http.codes.429': 7 }, summaries: {} };
    assert.deepEqual(failed({ stopped: 'the alarm x is in ALARM' }), [
      'the drill ran to its end: the alarm x is in ALARM',
    ]);
    assert.deepEqual(failed({ refused: countRequests([refused, refused]).refused }), [
      'no request is refused: 14 answers of 4xx',
    ]);
    assert.deepEqual(failed({ isRecovered: false }), [
      'the group is back at desired capacity: not at the end of the load',
    ]);
    assert.deepEqual(failed({ restoreFailure: 'a' }), ['what the drill changed is restored: a']);
  });

  it('expect the group to grow where it must, also when it has shrunk again', () => {
    assert.deepEqual(failed({ sizes: [2, 4, 2] }), []);
    assert.deepEqual(failed({ sizes: [2, 2] }), ['the group scales out: from 2 to 2 instances, 2 at the end']);
  });
});
