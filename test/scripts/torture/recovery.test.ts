import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type FaultEvent, historyOf, type Outcome } from '../../../scripts/torture/history.ts';
import { listingErrors } from '../../../scripts/torture/judge/listing.ts';
import { isFailure, isGood, recoveriesByName, recoveriesOf } from '../../../scripts/torture/judge/recovery.ts';

function fault(name: string, fromMs: number, toMs: number): FaultEvent {
  return { kind: 'fault', name, text: name, fromMs, toMs };
}

function ended(endedMs: number, status: number): Outcome {
  return { kind: 'outcome', trace: String(endedMs), sentMs: endedMs - 5, endedMs, status };
}

describe('the recovery from a fault', () => {
  const history = historyOf([
    fault('refuse', 1_000, 2_000),
    fault('delay', 10_000, 11_000),
    fault('refuse', 20_000, 21_000),
    ...[500, 1_500, 2_400, 20_100].map((ms) => ended(ms, 503)),
    ...[600, 2_500, 10_500, 22_000].map((ms) => ended(ms, 201)),
  ]);

  it('lasts from its end to the last failed request before the next fault', () => {
    assert.deepEqual(recoveriesOf(history), [
      { name: 'refuse', failed: 2, recoveredMs: 400 },
      { name: 'delay', failed: 0, recoveredMs: 0 },
      { name: 'refuse', failed: 1, recoveredMs: 0 },
    ]);
  });

  it('is the slowest one of the faults of a name', () => {
    assert.deepEqual(recoveriesByName(recoveriesOf(history)), [
      { name: 'refuse', times: 2, failed: 3, slowestMs: 400 },
      { name: 'delay', times: 1, failed: 0, slowestMs: 0 },
    ]);
  });
});

describe('an outcome', () => {
  it('is good with 201 or 202, a failure with 5xx or without an answer, and neither with 409', () => {
    const judged = [201, 202, 409, 503, undefined].map((status) => {
      const outcome = status === undefined ? {} : { status };
      return [isGood(outcome), isFailure(outcome)];
    });
    assert.deepEqual(judged, [
      [true, false],
      [true, false],
      [false, false],
      [false, true],
      [false, true],
    ]);
  });
});

describe('a listing', () => {
  const stored = ['1', '2', '3'].map((n) => ({ trace: n, time: n, writer: 'w', sequence: n }));
  const newestFirst = stored.map(({ trace, time }) => ({ trace, time })).toReversed();
  const [third, second, first] = newestFirst as [Listed, Listed, Listed];
  type Listed = { trace: string; time: string };

  it('is right if it has each stored record once, newest first', () => {
    assert.deepEqual(listingErrors(newestFirst, stored), []);
  });

  it('is wrong if it lacks a record, has one twice, has another, or in another order', () => {
    assert.deepEqual(listingErrors([third, first], stored), ['missing 2 2']);
    assert.deepEqual(listingErrors([third, second, second, first], stored), ['1 records listed twice']);
    assert.deepEqual(listingErrors([third, second, first, { trace: '0', time: '0' }], stored), ['not stored 0 0']);
    assert.deepEqual(listingErrors([second, third, first], stored), ['order 3 3']);
  });
});
