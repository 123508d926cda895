import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { apps } from '../../../ecosystem.config.js';
import { TIMEOUTS_MS } from '../../../server/contract.ts';
import { isRecorded, recordedIds, startLoad } from '../support/load.ts';
import { createDatabaseProcess, DEADLINE_MS, freePort, ROOT, temporaryFolder } from '../support/processes.ts';
import { storedIds } from '../support/stored.ts';

const run = promisify(execFile);
const CLIENTS = 16;

describe('ecosystem.config.js', () => {
  it('uses the timeouts of the contract', () => {
    for (const { kill_timeout, listen_timeout, wait_ready } of apps)
      assert.deepEqual(
        { kill_timeout, listen_timeout, wait_ready },
        { kill_timeout: TIMEOUTS_MS.pm2Kill, listen_timeout: TIMEOUTS_MS.pm2Listen, wait_ready: true },
      );
  });
});

const database = await createDatabaseProcess();
const [port, home] = [await freePort(), temporaryFolder()];
const url = `http://127.0.0.1:${port}`;

async function pm2(...args: string[]): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    PM2_HOME: home,
    PM2_DISCRETE_MODE: 'true',
    AWS_EC2_METADATA_DISABLED: 'true',
    PORT: String(port),
    HOST: '127.0.0.1',
    WORKERS: '2',
    METRICS_DIR: join(home, 'metrics'),
    LOAD_ENDPOINT: 'on',
    ...database.environment,
  };
  const command = join(ROOT, 'node_modules/pm2/bin/pm2');
  return (await run(process.execPath, [command, ...args], { cwd: ROOT, env, timeout: DEADLINE_MS })).stdout;
}

async function workers() {
  return (JSON.parse(await pm2('jlist')) as { pid: number; pm2_env: { status: string } }[]).map(({ pid, pm2_env }) => ({
    pid,
    status: pm2_env.status,
  }));
}

describe('the production bundle under pm2', () => {
  before(async () => {
    await run(process.execPath, ['scripts/build.ts'], { cwd: ROOT, timeout: DEADLINE_MS });
    await pm2('start', 'ecosystem.config.js');
  });
  after(() => pm2('kill'));

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
    process.kill(victim?.pid as number, 'SIGKILL');
    await load.until(1_000, isRecorded);
    const outcomes = await load.stop();
    const stored = await storedIds(database);
    assert.deepEqual(
      recordedIds(outcomes).filter((id) => !stored.has(id)),
      [],
    );
    // Node's primary process passes connections to workers, and never closes one whose worker exited meanwhile.
    const unanswered = outcomes.filter(({ error }) => error === 'ETIMEDOUT');
    assert.ok(unanswered.length <= 1, `${unanswered.length} connections are lost, expected one at most`);
    for (const { status, error } of outcomes)
      assert.ok(status === 201 || error === 'ECONNRESET' || error === 'ETIMEDOUT', `${status} ${error}`);
    const now = await workers();
    assert.equal(now.length, 2);
    assert.ok(now.every(({ pid }) => pid !== victim?.pid));
  });

  it('adds up the metrics of all workers, including exited ones', async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const totalOf = (name: string) => Number(new RegExp(`^stampede_${name}_total (\\d+)$`, 'm').exec(text)?.[1]);
    assert.equal(totalOf('worker_restarts'), 3); // two by the reload, one by the kill
    assert.ok(totalOf('timestamps_recorded') >= 400, 'at least what was recorded around the reload');
  });

  it('computes the CPU load in a thread of the bundle', async () => {
    const response = await fetch(`${url}/load?number=1000000007`);
    assert.equal(((await response.json()) as { isPrime: boolean }).isPrime, true);
  });
});
