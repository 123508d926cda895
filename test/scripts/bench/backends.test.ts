import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { splitRunnable } from '../../../scripts/bench/backends/backends.ts';
import { runEntry } from '../run-entry.ts';

describe('the backends of a benchmark', () => {
  it('are all measured where Java is installed', () => {
    assert.deepEqual(splitRunnable(['ack-0ms', 'dynamodb-local'], undefined), {
      runnable: ['ack-0ms', 'dynamodb-local'],
      skipped: {},
    });
  });

  it('are measured without DynamoDB Local where Java is missing, with the reason', () => {
    assert.deepEqual(splitRunnable(['ack-0ms', 'dynamodb-local'], 'it needs Java'), {
      runnable: ['ack-0ms'],
      skipped: { 'dynamodb-local': 'it needs Java' },
    });
  });

  it('are checked before one part is measured', async () => {
    const only = ['--smoke', '--only', 'matrix', '--backend', 'dynamodb-local'];
    const { code, stderr } = await runEntry('scripts/bench.ts', only, { env: { PATH: '/nowhere' } });
    assert.equal(code, 1);
    assert.match(stderr, /Not measured: dynamodb-local, because it needs Java/);
    assert.match(stderr, /no backend of dynamodb-local can run here/);
  });
});
