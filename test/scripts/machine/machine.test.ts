import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { commandText } from '../../../scripts/cli/run.ts';
import { hierarchies } from '../../../scripts/machine/cgroup.ts';
import { nspawnCommand } from '../../../scripts/machine/container.ts';
import { mountsBelow } from '../../../scripts/machine/mounts.ts';
import { namespaceNamed } from '../../../scripts/machine/network-namespace.ts';
import { isLeftOver, nameInRun } from '../../../scripts/machine/run-name.ts';
import { sshCommand } from '../../../scripts/machine/ssh.ts';

describe('the names of a run', () => {
  const alive = (pid: number) => pid === 7;

  it('show what a killed run left', () => {
    assert.equal(isLeftOver(nameInRun('builder', 8), alive), true);
    assert.equal(isLeftOver(nameInRun('builder', 7), alive), false);
  });

  it('do not match other names', () => {
    for (const name of ['stampede', 'stampede-builder', 'other-8-builder', 'my-stampede-8-x']) {
      assert.equal(isLeftOver(name, alive), false, name);
    }
  });

  it('of this run are not left over', () => assert.equal(isLeftOver(nameInRun('builder')), false));
});

describe('command lines in a sandbox', () => {
  const namespace = namespaceNamed('stampede-1-a');

  it('run inside a namespace', () => {
    assert.equal(commandText(namespace.inside(['curl', 'x'])), 'ip netns exec stampede-1-a curl x');
  });

  it('boot a container in its namespace, without systemd on the host', () => {
    const line = commandText(nspawnCommand('a', '/r', namespace));
    assert.match(line, /^systemd-nspawn .*--boot .*--keep-unit .*--register=no/);
    assert.match(line, /--network-namespace-path=\/run\/netns\/stampede-1-a --machine=a --directory=\/r$/);
  });

  it('log in with no key but that of the run', () => {
    const key = { privateKey: '/k', publicKey: '' };
    const line = commandText(sshCommand(namespace, key, '10.0.0.1', ['true']));
    assert.match(
      line,
      /^ip netns exec stampede-1-a ssh .*IdentitiesOnly=yes .*IdentityFile=\/k .* admin@10.0.0.1 true$/,
    );
  });
});

describe('mounts', () => {
  const table =
    'proc /proc proc rw 0 0\noverlay /run/a/root overlay rw 0 0\nx /run/a/root/dev tmpfs rw 0 0\nx /run/ab tmpfs rw 0 0\n';

  it('are listed below a path, the deepest first', () => {
    assert.deepEqual(mountsBelow('/run/a', table), ['/run/a/root/dev', '/run/a/root']);
  });
});

describe('cgroup hierarchies', () => {
  it('are several on a hybrid machine, and one on a unified machine', async (context) => {
    const mount = await mkdtemp(join(tmpdir(), 'cgroup-'));
    context.after(() => rm(mount, { recursive: true }));
    assert.deepEqual(hierarchies(mount), [mount]);
    for (const name of ['unified', 'systemd', 'cpu']) await mkdir(join(mount, name));
    assert.deepEqual(
      hierarchies(mount),
      ['systemd', 'unified', 'cpu'].map((name) => join(mount, name)),
    );
  });
});
