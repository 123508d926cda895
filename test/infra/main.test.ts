import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { GIVEN_SETTINGS, OUTPUTS, stackNames } from '../../infra/contract.ts';

const run = promisify(execFile);
const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));

describe('node infra/main.ts', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'stampede-main-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** Runs the app like cdk, in its own directory and without credentials. */
  const synth = (values: Readonly<Record<string, string>> = {}) =>
    run(process.execPath, [resolve('infra/main.ts')], {
      cwd: root,
      env: {
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        CDK_OUTDIR: join(root, 'out'),
        CDK_CONTEXT_JSON: JSON.stringify({ ...context, ...values }),
        // test/infra/invariants.test.ts runs these checks; here they would only take time.
        CDK_VALIDATION: 'false',
      },
    });

  it('launches the image that Packer last baked, and notes the settings that were given', async () => {
    const builds = [
      { packer_run_uuid: 'x', artifact_id: 'eu-west-1:ami-00000000000000007', build_time: 1_795_219_200 },
    ];
    writeFileSync(join(root, 'packer-manifest.json'), JSON.stringify({ builds, last_run_uuid: 'x' }));
    await synth({ nat: 'single' });
    const template = JSON.parse(readFileSync(join(root, 'out', `${stackNames('dev').service}.template.json`), 'utf8'));
    assert.equal(template.Outputs[OUTPUTS.service.amiId].Value, 'ami-00000000000000007');
    assert.equal(template.Outputs[GIVEN_SETTINGS].Value, '["nat=single"]');
  });

  it('explains what to do if there is no image', async () => {
    await assert.rejects(
      synth(),
      /packer-manifest.json does not exist. Bake one with npm run bake, or name one with --ami ami-… \(cdk: -c amiId=ami-/,
    );
  });

  it('explains in one line what to do if a setting is invalid', async () => {
    await assert.rejects(synth({ nat: 'double' }), ({ code, stderr }: { code: number; stderr: string }) => {
      assert.match(stderr, /^Setting nat is "double", expected one of single, per-az.*\n$/);
      return code === 1;
    });
  });

  it('refuses an unknown setting', async () => {
    await assert.rejects(
      synth({ amiId: 'ami-0123456789abcdef0', shhCidrs: '198.51.100.0/24' }),
      /There is no setting shhCidrs, expected one of .*sshCidrs/,
    );
  });
});
