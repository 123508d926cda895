import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Outcome } from '../../../scripts/torture/history.ts';
import { type KeyFindings, keyFindingsOf } from '../../../scripts/torture/judge/keyed-checker.ts';
import type { StoredRecord } from '../../../scripts/torture/judge/stored.ts';

function answered(key: string, trace: string, id = key): Outcome {
  return { kind: 'outcome', trace, key, sentMs: 0, endedMs: 1, status: 201, id, time: `time of ${id}` };
}

function failed(key: string, trace: string, result: Pick<Outcome, 'status' | 'error'>): Outcome {
  return { kind: 'outcome', trace, key, sentMs: 0, endedMs: 1, ...result };
}

function record(trace: string, id: string): StoredRecord {
  return { trace, time: `time of ${id}`, writer: 'w', sequence: '0' };
}

const SOUND: KeyFindings = {
  requests: 3,
  keys: 2,
  acknowledged: 2,
  lost: [],
  doubled: [],
  different: [],
  unexpected: [],
};

describe('the checker of requests with an idempotency key', () => {
  const lostAnswer = failed('a', '1', { error: 'ECONNRESET' });

  it('finds nothing wrong if a repeated request gets the record of the first one', () => {
    const outcomes = [lostAnswer, answered('a', '2'), answered('b', '3')];
    assert.deepEqual(keyFindingsOf(outcomes, [record('1', 'a'), record('3', 'b')]), SOUND);
  });

  it('leaves open whether a key without an answer has a record, and accepts 409 and 503', () => {
    const outcomes = [lostAnswer, failed('b', '2', { status: 409 }), failed('b', '3', { status: 503 })];
    assert.deepEqual(keyFindingsOf(outcomes, [record('1', 'a')]), { ...SOUND, acknowledged: 0 });
  });

  it('finds a lost record, also if another record of the key is there', () => {
    assert.deepEqual(keyFindingsOf([answered('a', '1')], []).lost, ['a']);
    assert.deepEqual(keyFindingsOf([answered('a', '1')], [record('1', 'other')]).lost, ['a']);
  });

  it('finds two records of a key', () => {
    const outcomes = [lostAnswer, answered('a', '2'), answered('b', '3')];
    const stored = [record('1', 'other'), record('2', 'a'), record('3', 'b')];
    assert.deepEqual(keyFindingsOf(outcomes, stored), { ...SOUND, doubled: ['a'] });
  });

  it('finds two answers with different records', () => {
    const outcomes = [answered('a', '1'), answered('a', '2', 'other'), answered('b', '3')];
    assert.deepEqual(keyFindingsOf(outcomes, [record('1', 'a'), record('3', 'b')]).different, ['a']);
  });

  it('finds answers that a client cannot handle', () => {
    assert.deepEqual(keyFindingsOf([failed('a', '1', { status: 422 })], []).unexpected, ['422 a']);
  });
});
