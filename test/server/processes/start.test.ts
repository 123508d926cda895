import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { DEADLINE_MS, ROOT, startServerProcess, temporaryFolder } from '../support/processes.ts';

/** Runs the server until it exits; its log, without times and process ids. */
function startAndFail(environment: Record<string, string>) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['server/main.ts'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], AWS_EC2_METADATA_DISABLED: 'true', HOST: '127.0.0.1', ...environment },
    encoding: 'utf8',
    timeout: DEADLINE_MS,
  });
  const log = stdout.split('\n').filter(Boolean);
  return {
    status,
    stderr,
    log: log.map((line) => JSON.parse(line)).map(({ level, msg, err }) => ({ level, msg, err })),
  };
}

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

describe('a server without HOST', () => {
  it('answers IPv6 and IPv4 clients and records their plain addresses', async () => {
    const server = await startServerProcess({ HOST: '', DATA_DIR: temporaryFolder(), ACCESS_LOG: 'on' });
    assert.equal(await clientAddress(server.url), '127.0.0.1');
    if (hasIpv6) assert.equal(await clientAddress(server.url.replace('127.0.0.1', '[::1]')), '::1');
    server.signal('SIGTERM');
    await server.exited;
    const clients = server.log.filter(({ msg }) => msg === 'request').map(({ client }) => client);
    assert.deepEqual(clients, hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1']);
  });
});

/** The client's address in a new record. */
async function clientAddress(url: string): Promise<unknown> {
  const answer = await fetch(`${url}/app`, { method: 'POST', headers: { accept: 'application/json' } });
  return ((await answer.json()) as { clientAddress: string }).clientAddress;
}

describe('a server that cannot start', () => {
  it('says in one line that its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    after(() => other.close());
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const { status, log } = startAndFail({ PORT: String(port), DATA_DIR: temporaryFolder() });
    assert.equal(status, 1);
    const msg = `cannot listen on port ${port} of 127.0.0.1: another program uses it. Use another port with PORT=…, or another address with HOST=…`;
    assert.deepEqual(log.at(-1), { level: 'fatal', msg, err: undefined });
  });

  it('says in one line that another process uses the data folder', async () => {
    const folder = temporaryFolder();
    const first = await startServerProcess({ DATA_DIR: folder });
    const { status, log, stderr } = startAndFail({ PORT: '0', DATA_DIR: folder });
    assert.equal(status, 1);
    assert.equal(stderr, '');
    const [failure] = log;
    assert.equal(log.length, 1);
    assert.match(failure?.msg, /^the embedded database in .* did not start: its files are in use by another process/);
    assert.match(failure?.msg, /use another folder with DATA_DIR=…$/);
    assert.equal(failure?.err, undefined);
    first.signal('SIGTERM');
    await first.exited;
  });

  it('says in one line that the data folder cannot be used', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const { status, log } = startAndFail({ PORT: '0', DATA_DIR: file });
    assert.equal(status, 1);
    assert.match(log.at(-1)?.msg, /^the data folder cannot be used: ENOTDIR.*Use another one with DATA_DIR=…$/);
    assert.equal(log.at(-1)?.err, undefined);
  });

  it('says so under pm2 too, which handles unhandled rejections itself', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const handler = encodeURIComponent('process.on("unhandledRejection", () => process.exit(9))');
    const pm2 = { NODE_OPTIONS: `--import=data:text/javascript,${handler}` };
    const { status, log } = startAndFail({ PORT: '0', DATA_DIR: file, ...pm2 });
    assert.equal(status, 1);
    assert.match(log.at(-1)?.msg, /^the data folder cannot be used/);
  });
});
