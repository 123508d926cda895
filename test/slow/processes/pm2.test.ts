import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { waitQuietly } from '../../../scripts/cli/wait.ts';
import { PM2_DAEMON_ENV } from '../../../server/contract.ts';
import { isRecorded, recordedIds, startLoad } from '../../server/support/load.ts';
import { createDatabaseProcess, DEADLINE_MS, freePort, ROOT, temporaryFolder } from '../../server/support/processes.ts';
import { storedIds } from '../../server/support/stored.ts';

const run = promisify(execFile);
const CLIENTS = 16;
const KILLS = 5;

const database = await createDatabaseProcess();
const [port, home] = [await freePort(), temporaryFolder()];
const url = `http://127.0.0.1:${port}`;

async function pm2(...args: string[]): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    PM2_HOME: home,
    ...PM2_DAEMON_ENV,
    PM2_DISCRETE_MODE: 'true',
    AWS_EC2_METADATA_DISABLED: 'true',
    PORT: String(port),
    HOST: '127.0.0.1',
    WORKERS: '2',
    METRICS_DIR: join(home, 'metrics'),
    LOAD_ENDPOINT: 'on',
    // Other programs may use the processors: this is not about saturation.
    MAX_EVENT_LOOP_DELAY_MS: '60000',
    ...database.environment,
  };
  const command = join(ROOT, 'node_modules/pm2/bin/pm2');
  return (await run(process.execPath, [command, ...args], { cwd: ROOT, env, timeout: DEADLINE_MS })).stdout;
}

// The daemon answers over its socket: `pm2 jlist` would start a process for each look. The module reads PM2_HOME once.
process.env['PM2_HOME'] = home;
const { default: daemon } = await import('pm2');

async function workers() {
  const list = await promisify(daemon.list.bind(daemon))();
  return list.map(({ pid, pm2_env }) => ({ pid, status: pm2_env?.status }));
}

/** Whether two workers are online, and the killed one is not among them. */
async function isReplaced(victim: number): Promise<boolean> {
  const online = (await workers()).filter(({ status }) => status === 'online');
  return online.length === 2 && online.every(({ pid }) => pid !== victim);
}

describe('the production bundle under pm2', () => {
  before(async () => {
    await run(process.execPath, ['scripts/build.ts'], { cwd: ROOT, timeout: DEADLINE_MS });
    await pm2('start', 'ecosystem.config.js');
    await promisify(daemon.connect.bind(daemon))();
  });
  after(async () => {
    daemon.disconnect();
    await pm2('kill');
  });

  it('runs the given number of workers, and considers each started when it is ready', async () => {
    assert.deepEqual(
      (await workers()).map(({ status }) => status),
      ['online', 'online'],
    );
    assert.equal((await fetch(`${url}/health`)).status, 200);
    const { commit } = (await (await fetch(url)).json()) as { commit: string };
    assert.match(commit, /^[0-9a-f]{12}(-modified)?$/);
  });

  it('reloads under load without a failed request', async () => {
    const load = startLoad(url, CLIENTS);
    await load.until(200, isRecorded);
    const before = (await workers()).map(({ pid }) => pid);
    await pm2('reload', 'stampede');
    await load.until(200, isRecorded);
    const outcomes = await load.stop();
    assert.deepEqual(
      outcomes.filter((outcome) => !isRecorded(outcome)),
      [],
    );
    assert.ok((await workers()).every(({ pid }) => !before.includes(pid)));
    const stored = await storedIds(database);
    assert.ok(recordedIds(outcomes).every((id) => stored.has(id)));
  });

  it('replaces a killed worker and loses no acknowledged timestamp', async () => {
    const load = startLoad(url, CLIENTS);
    await load.until(200, isRecorded);
    const [victim] = await workers();
    const pid = victim?.pid ?? assert.fail('no worker');
    process.kill(pid, 'SIGKILL');
    await load.until(1_000, isRecorded);
    const outcomes = await load.stop();
    const stored = await storedIds(database);
    assert.deepEqual(
      recordedIds(outcomes).filter((id) => !stored.has(id)),
      [],
    );
    for (const { status, error } of outcomes) assert.ok(status === 201 || error === 'ECONNRESET', `${status} ${error}`);
    await waitQuietly('two workers', () => isReplaced(pid), DEADLINE_MS);
  });

  it('ends each request, also on new connections, while workers are killed one after the other', async () => {
    const load = startLoad(url, CLIENTS, { keepAlive: false });
    for (let kill = 0; kill < KILLS; kill++) {
      await load.until(200, isRecorded);
      const before = await workers();
      const victim = before[kill % 2]?.pid ?? assert.fail('no worker');
      process.kill(victim, 'SIGKILL');
      await waitQuietly('two workers', () => isReplaced(victim), DEADLINE_MS);
    }
    const outcomes = await load.stop();
    const others = outcomes.filter(({ status, error }) => status !== 201 && error !== 'ECONNRESET');
    assert.deepEqual(others, [], 'an answer, or a connection that the kernel closed');
  });

  it('adds up the metrics of all workers, including exited ones', async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const totalOf = (name: string) => Number(new RegExp(`^stampede_${name}_total (\\d+)$`, 'm').exec(text)?.[1]);
    assert.equal(totalOf('worker_restarts'), 3 + KILLS); // two by the reload, the others by kills
    assert.ok(totalOf('timestamps_recorded') >= 400, 'at least what was recorded around the reload');
  });

  it('computes the CPU load in a thread of the bundle', async () => {
    const response = await fetch(`${url}/load?number=1000000007`);
    assert.equal(((await response.json()) as { isPrime: boolean }).isPrime, true);
  });
});
