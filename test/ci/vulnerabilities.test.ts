import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { vulnerabilityFindings } from '../../.ci/scan/vulnerabilities.ts';

/** A report of osv-scanner 2.6 about one package. */
function report({ severity = '9.8', fixed = ['1.2.4'] as readonly string[], affected = 'left-pad' }) {
  const events = [{ introduced: '0' }, ...fixed.map((version) => ({ fixed: version }))];
  const vulnerability = {
    id: 'GHSA-aaaa-bbbb-cccc',
    affected: [{ package: { name: affected, ecosystem: 'npm' }, ranges: [{ type: 'SEMVER', events }] }],
  };
  const found = {
    package: { name: 'left-pad', version: '1.2.3', ecosystem: 'npm' },
    vulnerabilities: [vulnerability],
    groups: [{ ids: ['GHSA-aaaa-bbbb-cccc'], aliases: [], max_severity: severity }],
  };
  return JSON.stringify({ results: [{ source: { path: 'package-lock.json', type: 'lockfile' }, packages: [found] }] });
}

describe('the scan for known vulnerabilities', () => {
  it('finds a high vulnerability that an update fixes', () => {
    assert.deepEqual(vulnerabilityFindings(report({})), [
      {
        id: 'GHSA-aaaa-bbbb-cccc',
        resource: 'left-pad',
        message: '1.2.3 has severity 9.8, fixed in 1.2.4',
        template: 'package-lock.json',
      },
    ]);
  });

  it('counts an unknown severity as high', () => {
    assert.match(vulnerabilityFindings(report({ severity: '' }))[0]?.message ?? '', /severity unknown/);
  });

  it('leaves out what is not high, and what no update fixes', () => {
    assert.deepEqual(vulnerabilityFindings(report({ severity: '6.9' })), []);
    assert.deepEqual(vulnerabilityFindings(report({ fixed: [] })), []);
    assert.deepEqual(vulnerabilityFindings(report({ affected: 'right-pad' })), []);
  });

  it('refuses what is not a report', () => {
    assert.throws(() => vulnerabilityFindings('{}'), /results/);
  });
});
