import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runProcess } from '../run-entry.ts';

const entry = 'test/scripts/cli/failing-entry.ts';

describe('an entry file', () => {
  it('prints its help and exits 0', async () => {
    const { code, stdout } = await runProcess(entry, ['--help']);
    assert.equal(code, 0);
    assert.match(stdout, /^Fails in a chosen way\.\n\nUsage: npm run fail -- \[options\] <how>\n/);
  });

  it('prints a failure as one line and exits 1', async () => {
    const { code, stdout, stderr } = await runProcess(entry, ['badly']);
    assert.deepEqual({ code, stdout, stderr }, { code: 1, stdout: '', stderr: 'fail: it went badly in two lines\n' });
  });

  it('adds the stack and the causes with VERBOSE=1', async () => {
    const { code, stderr } = await runProcess(entry, ['badly'], { env: { VERBOSE: '1' } });
    assert.equal(code, 1);
    assert.match(stderr, /^fail: it went badly in two lines\n/);
    assert.match(stderr, /at .*failing-entry\.ts:\d+/);
    assert.match(stderr, /\[cause\]: Error: the root of it/);
  });

  it('exits 2 for a wrong command line and points to the help', async () => {
    const { code, stderr } = await runProcess(entry, ['badly', '--often']);
    assert.equal(code, 2);
    assert.equal(stderr, "fail: Unknown option '--often' (see npm run fail -- --help)\n");
  });
});
