import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { output, textOf } from '../system.ts';

describe('users', () => {
  it('runs the service as stampede, who has no shell and no home', () => {
    const [, , , , , home, shell] = output('getent', 'passwd', 'stampede').split(':');
    assert.deepEqual({ home, shell }, { home: '/run/stampede', shell: '/usr/sbin/nologin' });
  });

  it('gives stampede no further groups', () => assert.equal(output('id', '-Gn', 'stampede'), 'stampede'));

  it('has no password that opens an account', () => {
    const open = textOf('/etc/shadow')
      .split('\n')
      .filter((line) => line !== '' && !/^[!*]/.test(line.split(':')[1] ?? ''));
    assert.deepEqual(open, []);
  });

  it('lets nobody but root be user 0', () => {
    const roots = textOf('/etc/passwd')
      .split('\n')
      .filter((line) => line.split(':')[2] === '0');
    assert.deepEqual(
      roots.map((line) => line.split(':')[0]),
      ['root'],
    );
  });
});
