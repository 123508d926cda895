import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { describe, it } from 'node:test';
import { HEALTH_PATH, PM2_DAEMON_ENV, PORT, TIMESTAMPS_PATH } from '../../../server/contract.ts';
import { IMAGE_PATHS } from '../../contract.ts';
import { entriesOf, output, ownershipOf, textOf } from '../system.ts';

const url = (path: string) => `http://127.0.0.1:${PORT}${path}`;
const answer = (path: string, init?: RequestInit) => fetch(url(path), { ...init, signal: AbortSignal.timeout(5_000) });

/** Process ids of the service. */
const serviceProcesses = () => output('pgrep', '--uid', 'stampede').split('\n').filter(Boolean);

/** A process's limit of open files. */
const openFilesOf = (pid: string) => Number(/^Max open files\s+\d+\s+(\d+)/m.exec(textOf(`/proc/${pid}/limits`))?.[1]);

describe('the service', () => {
  it('is healthy', async () => assert.equal((await answer(HEALTH_PATH)).status, 200));

  it('records a timestamp', async () => assert.equal((await answer(TIMESTAMPS_PATH, { method: 'POST' })).status, 201));

  it('runs one worker per processor', () => {
    const environment = ['PM2_HOME=/run/stampede/pm2', 'PM2_DISCRETE_MODE=true'];
    const list = ['env', ...environment, `${IMAGE_PATHS.app}/bin/pm2`, 'jlist'];
    const processes: { pm2_env: { status: string } }[] = JSON.parse(output('runuser', '-u', 'stampede', '--', ...list));
    assert.deepEqual(
      processes.map((process) => process.pm2_env.status),
      Array.from({ length: availableParallelism() }, () => 'online'),
    );
  });

  it('has settings that only root and itself can read', () => {
    assert.equal(ownershipOf(IMAGE_PATHS.envFile), 'root:stampede 640');
  });

  it('has no environment variables of a bake or a login', () => {
    for (const pid of serviceProcesses()) {
      assert.doesNotMatch(textOf(`/proc/${pid}/environ`), /PACKER|PAYLOAD|SUDO_|SSH_|BAKE_DIR/);
    }
  });

  it('lets its workers accept connections themselves', () => {
    const isDaemon = (pid: string) => textOf(`/proc/${pid}/cmdline`).includes('God Daemon');
    const daemon = serviceProcesses().find(isDaemon) ?? 'none';
    for (const [name, value] of Object.entries(PM2_DAEMON_ENV))
      assert.ok(textOf(`/proc/${daemon}/environ`).split('\0').includes(`${name}=${value}`), `${name} of pm2's daemon`);
  });

  it('cannot gain privileges', () => {
    for (const pid of serviceProcesses()) {
      assert.match(textOf(`/proc/${pid}/status`), /^NoNewPrivs:\s1$/m);
      assert.match(textOf(`/proc/${pid}/status`), /^CapEff:\s0{16}$/m);
    }
  });

  it('may open 65,536 files, or as many as the machine allows', () => {
    const allowed = Math.min(65_536, openFilesOf('1'));
    for (const pid of serviceProcesses()) assert.equal(openFilesOf(pid), allowed);
  });

  it('writes its logs to the rotated directory', () => {
    const logs = entriesOf('/var/log/stampede').filter((name) => name.endsWith('.log'));
    assert.notDeepEqual(logs, []);
  });
});
