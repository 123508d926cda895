import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { App } from 'aws-cdk-lib';
import { EXPIRES_TAG } from '../../infra/contract.ts';
import { readExpiry } from '../../infra/settings/expiry.ts';
import { readSettings } from '../../infra/settings/read.ts';
import { addDataStack } from '../../infra/stampede.ts';

const EXPIRES = '2026-11-27T12:00:00Z';

describe('the expiry of a stage', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'stampede-expiry-'));
  after(() => rmSync(outdir, { recursive: true }));

  it('is a tag of the stack and of no resource, so that a new time changes no resource', () => {
    const app = new App({ outdir, builtinCloudFormationValidation: false });
    addDataStack(app, { stage: 'pr-1', settings: readSettings('pr-1'), expires: EXPIRES });
    const { tags, templateFullPath } = app.synth().getStackByName('stampede-pr-1-data');
    assert.deepEqual(tags, { Service: 'stampede', Stage: 'pr-1', [EXPIRES_TAG]: EXPIRES });
    assert.doesNotMatch(readFileSync(templateFullPath, 'utf8'), /expires:|2026-11-27/);
  });

  it('is undefined for a permanent stage', () => assert.equal(readExpiry('dev', undefined), undefined));

  it('must be a time in UTC that exists', () => {
    assert.equal(readExpiry('pr-1', EXPIRES), EXPIRES);
    for (const wrong of ['8h', '2026-11-27', '2026-11-27T12:00:00', '2026-13-27T12:00:00Z']) {
      assert.throws(() => readExpiry('pr-1', wrong), /The expiry is .*, expected a time in UTC/);
    }
  });

  it('is refused in production', () => {
    assert.throws(() => readExpiry('prod-eu', EXPIRES), /stage prod-eu is production, which does not expire/);
  });
});
