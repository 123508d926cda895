import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { cfnLintFindings, checkovFindings, describeVerdict, type Exception, judge } from '../../.ci/scan/findings.ts';

const found = { id: 'CKV_AWS_21', resource: 'Bucket1', message: 'Ensure versioning', template: 'a.json' };
const exception = { id: 'CKV_AWS_21', resource: 'Bucket1', reason: 'written once' };

describe('the template scan', () => {
  it('passes when every finding is an exception', () => {
    assert.deepEqual(judge([found], [exception]), { unexplained: [], stale: [] });
  });

  it('reports the same finding on another resource', () => {
    const other = { ...found, resource: 'Bucket2' };
    assert.deepEqual(judge([found, other], [exception]).unexplained, [other]);
  });

  it('reports an exception that is not needed', () => {
    assert.deepEqual(describeVerdict(judge([], [exception])), [
      'Exception CKV_AWS_21 for Bucket1 is no longer needed: remove it',
    ]);
  });

  it('reads the resource from the reports of both scanners', () => {
    const cfnLint = [
      { Filename: 'a.json', Message: 'm', Rule: { Id: 'W6001' }, Location: { Path: ['Outputs', 'TopicArn', 'Value'] } },
    ];
    assert.equal(cfnLintFindings(JSON.stringify(cfnLint))[0]?.resource, 'TopicArn');
    const failed_checks = [
      { check_id: 'CKV_AWS_21', check_name: 'n', resource: 'AWS::S3::Bucket.Bucket1', file_path: 'a.json' },
    ];
    const checkov = { summary: { passed: 3 }, results: { failed_checks } };
    assert.equal(checkovFindings(JSON.stringify(checkov))[0]?.resource, 'Bucket1');
  });

  it('refuses a checkov report without checks', () => {
    assert.throws(() => checkovFindings('{"passed": 0, "failed": 0}'), /checkov checked no resource/);
  });

  it('has a reason for every exception', () => {
    const exceptions: readonly Exception[] = JSON.parse(readFileSync('.ci/scan-exceptions.json', 'utf8'));
    assert.ok(exceptions.every(({ reason }) => reason.length > 20));
  });
});
