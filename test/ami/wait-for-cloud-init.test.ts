import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';

/** Runs the step with a cloud-init whose status exits with a code; returns the step's own exit code and its errors. */
async function stepAfter(context: TestContext, exitCode: number) {
  const bin = await mkdtemp(join(tmpdir(), 'cloud-init-'));
  context.after(() => rm(bin, { recursive: true }));
  await writeFile(join(bin, 'cloud-init'), `#!/bin/sh\necho "status: of $*"\nexit ${exitCode}\n`);
  await chmod(join(bin, 'cloud-init'), 0o755);
  const env = { PATH: `${bin}:${process.env['PATH']}` };
  const step = promisify(execFile)('ami/steps/wait-for-cloud-init.sh', [], { env });
  return await step.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

describe('waiting for cloud-init', () => {
  it('goes on when it has finished', async (context) => {
    assert.equal((await stepAfter(context, 0)).code, 0);
  });

  it('goes on when it has finished with warnings, and prints them', async (context) => {
    const { code, stdout } = await stepAfter(context, 2);
    assert.equal(code, 0);
    assert.match(stdout, /status: of status --long/);
  });

  it('stops the bake when it has failed', async (context) => {
    const { code, stderr } = await stepAfter(context, 1);
    assert.equal(code, 1);
    assert.match(stderr, /cloud-init status --wait ended with 1, expected 0 or 2/);
  });
});
