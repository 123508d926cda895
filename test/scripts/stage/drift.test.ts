import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ResourceDrift } from '../../../scripts/aws/cloudformation.ts';
import { unexpectedDrift } from '../../../scripts/stage/drift.ts';

const PROGRESS: ResourceDrift = {
  logicalId: 'ArchiveExportProgress2856501B',
  type: 'AWS::SSM::Parameter',
  status: 'MODIFIED',
  differences: [{ path: '/Value', expected: '{"table":""}', actual: '{"table":"stampede-prod","until":"2026-11-21"}' }],
};
const TYPE = { path: '/Type', expected: 'String', actual: 'StringList' };

describe('the drift of a stage', () => {
  it('leaves out the progress that the daily export writes', () => {
    assert.equal(unexpectedDrift(PROGRESS), undefined);
  });

  it('includes any other difference of the parameter of the progress, and its deletion', () => {
    const { differences } = PROGRESS;
    assert.deepEqual(unexpectedDrift({ ...PROGRESS, differences: [...differences, TYPE] })?.differences, [TYPE]);
    const deleted = { ...PROGRESS, status: 'DELETED', differences: [] };
    assert.deepEqual(unexpectedDrift(deleted), deleted);
  });

  it('includes the value of any other parameter', () => {
    const other = { ...PROGRESS, logicalId: 'Other2856501B' };
    assert.deepEqual(unexpectedDrift(other), other);
  });
});
