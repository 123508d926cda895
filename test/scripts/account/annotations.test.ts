import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { VALIDATION_REPORT_FILE } from 'aws-cdk-lib/cx-api';
import { markAsReported } from '../../../scripts/account/annotations.ts';

async function startFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'stampede-report-'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

describe('annotations that were printed', () => {
  it('are reported already, so that cdk diff and cdk deploy derive no report of them', async () => {
    await using to = await startFolder();
    const file = join(to.folder, VALIDATION_REPORT_FILE);
    const nag = { pluginName: 'CloudFormation Validate', conclusion: 'success', violations: [] };
    await writeFile(file, JSON.stringify({ version: '55.0.0', pluginReports: [nag] }));
    await markAsReported(to.folder);
    assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), {
      version: '55.0.0',
      pluginReports: [nag, { pluginName: 'Construct Annotations', conclusion: 'success', violations: [] }],
    });
  });

  it('stay as they are in a folder without a report', async () => {
    await using to = await startFolder();
    await markAsReported(to.folder);
    assert.deepEqual(await readdir(to.folder), []);
  });
});
