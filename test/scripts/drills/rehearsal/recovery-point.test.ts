import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Answer } from '../../../../scripts/drills/rehearsal/answers.ts';
import {
  commandCheck,
  coveredAnswers,
  lossCheck,
  objectivesCheck,
  systemBackupCheck,
} from '../../../../scripts/drills/rehearsal/recovery-point.ts';

const times = {
  copy: { beganMs: 1_000, endedMs: 1_100 },
  deletion: { beganMs: 4_000, endedMs: 4_200 },
  recoveredMs: 24_200,
};
const answer = (timestamp: string, sentAtMs: number, atMs: number, status = 201): Answer => {
  return { timestamp, sentAtMs, atMs, status, ms: atMs - sentAtMs };
};
const before = answer('before', 900, 910);
const duringCopy = answer('during the copy', 1_050, 1_060);
const between = [answer('between 1', 2_000, 2_010), answer('between 2', 3_000, 3_010)];
const duringDeletion = answer('during the deletion', 3_990, 5_100, 202);
const afterwards = answer('after', 4_300, 5_400, 202);
const all = [before, duringCopy, ...between, duringDeletion, afterwards];

describe('a table that is restored from an earlier copy', () => {
  it('must have what was acknowledged before the copy, and what was sent after the deletion', () => {
    assert.deepEqual(coveredAnswers(all, times), [before, afterwards]);
  });

  it('may lack what was acknowledged between copy and deletion, and requests in flight at either time', () => {
    const { passed, measured } = lossCheck(all, ['before', 'during the copy', 'after'], times);
    assert.deepEqual([passed, measured], [true, '3 lost, 2 of 2 acknowledged between 00:00:01.100 and 00:00:04.000']);
  });

  it('is not a copy of the stated time if it has a later timestamp, or none was acknowledged after the copy', () => {
    assert.equal(lossCheck(all, ['before', 'between 1', 'after'], times).passed, false);
    assert.equal(lossCheck([before, afterwards], ['before', 'after'], times).passed, false);
  });

  it('is used again within the recovery time objective; the age of the copy is the recovery point', () => {
    const { passed, measured } = objectivesCheck(times, 20);
    assert.deepEqual([passed, measured], [true, 'RTO 20.0 s, RPO 3.2 s']);
    assert.equal(objectivesCheck(times, 19).passed, false);
  });
});

describe('the record of npm run restore', () => {
  const at = '2026-11-27T10:00:00.000Z';
  const record = {
    ...{
      stage: 'dev',
      source: 'rehearsal',
      table: 'stampede-dev-1',
      at,
      verifyOnly: false,
      sizeBytes: 0,
      startedAt: at,
    },
    steps: { requested: at, restored: at, configured: at, verified: at, used: at },
    comparison: 'not compared',
    verdict: 'the stage uses stampede-dev-1 after 20 s',
  } as const;

  it('has each step of the operator, and a verdict', () => {
    const { passed, measured } = commandCheck(record, 'rehearsal');
    assert.deepEqual([passed, measured], [true, record.verdict]);
    const { configured: _, ...steps } = record.steps;
    const skipped = commandCheck({ ...record, steps }, 'rehearsal');
    assert.deepEqual([skipped.passed, skipped.measured], [false, 'without the steps configured']);
  });

  it('is of the table that was deleted, which cannot be compared', () => {
    assert.equal(commandCheck(record, 'another').passed, false);
    assert.equal(commandCheck({ ...record, comparison: 'equal' }, 'rehearsal').passed, false);
  });
});

describe("DynamoDB's copy of a deleted table", () => {
  it('has everything that was acknowledged before the deletion', () => {
    const stored = ['before', 'during the copy', 'between 1', 'between 2'];
    assert.equal(systemBackupCheck(all, stored, times).passed, true);
    assert.equal(systemBackupCheck(all, stored.slice(1), times).passed, false);
    assert.equal(systemBackupCheck([], stored, times).passed, false);
  });
});
