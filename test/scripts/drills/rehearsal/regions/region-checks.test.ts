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
import type { StoredItem } from '../../../../../scripts/drills/rehearsal/stage/item-reader.ts';

const TIME = '2026-11-21T12:00:00.000001Z';
const [HOME, OTHER] = ['eu-west-1', 'eu-central-1'];

/** An item as item-reader.ts prints it. */
function itemOf(sk: string, ...records: readonly string[]): StoredItem {
  return { pk: '2026-11-21#00', sk, hash: `hash of ${sk}`, records: records.map((traceId) => `${TIME} ${traceId}`) };
}

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

  it('are equal in any order, but not if an item is missing, or has other content', () => {
    const [a, b] = [itemOf('a'), itemOf('b')];
    assert.ok(equalTablesCheck([a, b], [b, a]).passed);
    assert.ok(!equalTablesCheck([a, b], [a]).passed);
    assert.ok(!equalTablesCheck([a], [a, b]).passed);
    assert.ok(!equalTablesCheck([], []).passed);
    const { passed, measured } = equalTablesCheck([a, b], [a, { ...b, hash: 'other' }]);
    assert.deepEqual([passed, measured], [false, '2 and 2 items, 1 differs: 2026-11-21#00 b']);
  });

  it('have at most one record for each request', () => {
    const answers = [answerOf(0, HOME, 201), answerOf(1, HOME, 0)];
    assert.ok(notDoubledCheck(answers, [itemOf('a', 'r1'), itemOf('b', 'r2')]).passed);
    assert.ok(!notDoubledCheck(answers, [itemOf('a', 'r1', 'r2', 'r3')]).passed);
  });

  it('have no record twice, even if unanswered requests would explain more records', () => {
    const answers = [answerOf(0, HOME, 201), answerOf(1, HOME, 0), answerOf(2, HOME, 0)];
    const { passed, measured } = notDoubledCheck(answers, [itemOf('a', 'r1'), itemOf('b', 'r1')]);
    assert.ok(!passed, measured);
    assert.match(measured, /^2 stored, 1 of them twice, /);
  });
});
