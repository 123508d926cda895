import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  drainedCheck,
  equalTablesCheck,
  missingIn,
  notDoubledCheck,
  recoveryPointCheck,
  recoveryTimeCheck,
  recoveryTimeMs,
  type UserAnswer,
} from '../../../../../scripts/drills/rehearsal/regions/region-checks.ts';

const [HOME, OTHER] = ['eu-west-1', 'eu-central-1'];

function answerOf(sentAtMs: number, region: string, status: number, home = HOME): UserAnswer {
  return { kind: 'answer', region, home, sentAtMs, atMs: sentAtMs + 20, status, ms: 20 };
}

describe('the recovery time of users', () => {
  it('is from their first failed request to the next one that the other region serves', () => {
    const answers = [
      answerOf(0, HOME, 201),
      answerOf(100, HOME, 0),
      answerOf(150, OTHER, 201, OTHER),
      answerOf(200, HOME, 503),
      answerOf(4_000, OTHER, 503),
      answerOf(4_100, OTHER, 201),
    ];
    assert.equal(recoveryTimeMs(answers, HOME), 4_020);
  });

  it('is unknown while nobody is served by the other region', () => {
    assert.equal(recoveryTimeMs([answerOf(0, HOME, 0), answerOf(9, OTHER, 201, OTHER)], HOME), undefined);
    assert.ok(!recoveryTimeCheck(undefined, 1_500, 3_000).passed);
  });

  it('may be health check, TTL and 10 s', () => {
    assert.ok(recoveryTimeCheck(14_500, 1_500, 3_000).passed);
    assert.ok(!recoveryTimeCheck(14_501, 1_500, 3_000).passed);
  });
});

describe('the recovery point of a lost region', () => {
  it('is what was acknowledged and not replicated', () => {
    const missing = missingIn(['a', 'b', 'c'], ['a']);
    assert.deepEqual(missing, ['b', 'c']);
    assert.ok(recoveryPointCheck(missing, ['b', 'c', 'd']).passed);
  });

  it('names a timestamp that is missing for another reason', () => {
    const { passed, measured } = recoveryPointCheck(['b', 'c'], ['b']);
    assert.deepEqual([passed, measured], [false, 'c']);
  });
});

describe('the tables after a fail-back', () => {
  it('have what was in the bucket of the lost region, which is empty then', () => {
    assert.ok(drainedCheck(['a'], 0, [['a', 'b'], ['a']]).passed);
    assert.ok(!drainedCheck(['a'], 0, [['a'], ['b']]).passed);
    assert.ok(!drainedCheck(['a'], 1, [['a'], ['a']]).passed);
    assert.ok(!drainedCheck([], 0, [['a'], ['a']]).passed, 'otherwise the drill shows nothing');
  });

  it('are equal in any order, but not if one has a timestamp more, also a second one at the same time', () => {
    assert.ok(equalTablesCheck(['a', 'b'], ['b', 'a']).passed);
    assert.ok(!equalTablesCheck(['a', 'b'], ['a']).passed);
    assert.ok(!equalTablesCheck(['a', 'b', 'b'], ['a', 'a', 'b']).passed);
    assert.ok(!equalTablesCheck([], []).passed);
  });

  it('have at most one record for each request', () => {
    const answers = [answerOf(0, HOME, 201), answerOf(1, HOME, 0)];
    assert.ok(notDoubledCheck(answers, ['a', 'b']).passed);
    assert.ok(!notDoubledCheck(answers, ['a', 'b', 'c']).passed);
  });
});
