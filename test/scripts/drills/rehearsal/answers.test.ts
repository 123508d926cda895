import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { acknowledgedIn, compareWithTable, observationsOf } from '../../../../scripts/drills/rehearsal/answers.ts';

const START_MS = 1_000_000;

describe('observationsOf', () => {
  it('counts requests, failures and latencies second by second, and includes seconds without requests', () => {
    const answers = [
      { sentAtMs: START_MS, atMs: START_MS, status: 201, ms: 10, timestamp: 't1' },
      { sentAtMs: START_MS, atMs: START_MS + 999, status: 503, ms: 30 },
      { sentAtMs: START_MS, atMs: START_MS + 2_000, status: 0, ms: 0 },
    ];
    assert.deepEqual(observationsOf(answers, START_MS), [
      { second: 0, requestsPerS: 2, errorsPerS: 1, p50Ms: 30, p95Ms: 30, p99Ms: 30 },
      { second: 1, requestsPerS: 0, errorsPerS: 0 },
      { second: 2, requestsPerS: 1, errorsPerS: 1 },
    ]);
  });

  it('is empty without answers', () => {
    assert.deepEqual(observationsOf([], START_MS), []);
  });
});

describe('acknowledgedIn', () => {
  it('takes the timestamps of answers that have one', () => {
    const answer = { sentAtMs: START_MS, atMs: START_MS, ms: 1 };
    assert.deepEqual(
      acknowledgedIn([
        { ...answer, status: 503 },
        { ...answer, status: 201, timestamp: 't' },
      ]),
      ['t'],
    );
  });
});

describe('compareWithTable', () => {
  it('counts an acknowledged timestamp that is not in the table as lost', () => {
    assert.deepEqual(compareWithTable(['a', 'b'], ['a']), { acknowledged: 2, stored: 1 });
  });

  it('counts a stored timestamp for one acknowledged timestamp only', () => {
    assert.deepEqual(compareWithTable(['a', 'a'], ['a']), { acknowledged: 2, stored: 1 });
  });

  it('ignores stored timestamps whose answers were lost', () => {
    assert.deepEqual(compareWithTable(['a'], ['a', 'b']), { acknowledged: 1, stored: 1 });
  });
});
