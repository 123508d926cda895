import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { commandText } from '../../../scripts/cli/run.ts';
import { hierarchies } from '../../../scripts/machine/cgroup.ts';
import { nspawnCommand } from '../../../scripts/machine/container.ts';
import { executeQuietly } from '../../../scripts/machine/execute.ts';
import { mountsBelow } from '../../../scripts/machine/mounts.ts';
import { namespaceNamed } from '../../../scripts/machine/network-namespace.ts';
import { pm2Daemon, pm2Workers } from '../../../scripts/machine/processes.ts';
import { isLeftOver, nameInRun } from '../../../scripts/machine/run-name.ts';
import { sshCommand } from '../../../scripts/machine/ssh.ts';
import { waitQuietly } from '../../../scripts/machine/wait.ts';

describe('names of a run', () => {
  const alive = (pid: number) => pid === 7;

  it('tell what a killed run has left', () => {
    assert.equal(isLeftOver(nameInRun('builder', 8), alive), true);
    assert.equal(isLeftOver(nameInRun('builder', 7), alive), false);
  });

  it('are never taken from names of others', () => {
    for (const name of ['stampede', 'stampede-builder', 'other-8-builder', 'my-stampede-8-x']) {
      assert.equal(isLeftOver(name, alive), false, name);
    }
  });

  it('of this very run are alive', () => assert.equal(isLeftOver(nameInRun('builder')), false));
});

describe('command lines of a rehearsal', () => {
  const namespace = namespaceNamed('stampede-1-a');

  it('run inside a namespace', () => {
    assert.equal(commandText(namespace.inside(['curl', 'x'])), 'ip netns exec stampede-1-a curl x');
  });

  it('boot a machine in its namespace, without systemd on the host', () => {
    const line = commandText(nspawnCommand('a', '/r', namespace));
    assert.match(line, /^systemd-nspawn .*--boot .*--keep-unit .*--register=no/);
    assert.match(line, /--network-namespace-path=\/run\/netns\/stampede-1-a --machine=a --directory=\/r$/);
  });

  it('log in with the key of the run alone', () => {
    const key = { privateKey: '/k', publicKey: '' };
    const line = commandText(sshCommand(namespace, key, '10.0.0.1', ['true']));
    assert.match(
      line,
      /^ip netns exec stampede-1-a ssh .*IdentitiesOnly=yes .*IdentityFile=\/k .* admin@10.0.0.1 true$/,
    );
  });

  it('tell their complaint when they fail', async () => {
    await assert.rejects(executeQuietly(['sh', '-c', 'echo no such thing >&2; exit 3']), /failed: no such thing/);
  });

  it('have a deadline', async () => {
    await assert.rejects(executeQuietly(['sleep', '60'], { deadlineMs: 50 }), /sleep 60 did not end within 0.05 s/);
  });
});

describe('mounts', () => {
  const table =
    'proc /proc proc rw 0 0\noverlay /run/a/root overlay rw 0 0\nx /run/a/root/dev tmpfs rw 0 0\nx /run/ab tmpfs rw 0 0\n';

  it('below a path are found, the deepest first', () => {
    assert.deepEqual(mountsBelow('/run/a', table), ['/run/a/root/dev', '/run/a/root']);
  });
});

describe('cgroup hierarchies', () => {
  it('are those of a hybrid machine, or the one of a unified machine', async (context) => {
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

describe("pm2's processes", () => {
  const processes = [
    { pid: 1, parent: 0, title: '/lib/systemd/systemd' },
    { pid: 10, parent: 1, title: 'PM2 v7.0.4: God Daemon (/run/stampede/pm2)' },
    { pid: 11, parent: 10, title: 'node /opt/stampede/dist/server.cjs' },
    { pid: 13, parent: 10, title: 'df -kPT' },
    { pid: 12, parent: 1, title: 'node /opt/stampede/dist/server.cjs' },
  ];

  it('are the daemon and what it has started', () => {
    assert.equal(pm2Daemon(processes)?.pid, 10);
    assert.deepEqual(
      pm2Workers(processes).map(({ pid }) => pid),
      [11],
    );
  });

  it('are none while there is no daemon', () => assert.deepEqual(pm2Workers(processes.slice(0, 1)), []));
});

describe('waiting', () => {
  it('ends when there is an answer', async () => {
    let looks = 0;
    await waitQuietly('the third look', () => ++looks === 3, 5_000);
    assert.equal(looks, 3);
  });

  it('ends at the deadline and says what it waited for', async () => {
    await assert.rejects(
      waitQuietly('nothing', () => false, 10),
      /waited 0.01 s for nothing/,
    );
  });
});
