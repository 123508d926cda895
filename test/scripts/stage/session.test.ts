import assert from 'node:assert/strict';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { openSession } from '../../../scripts/stage/ssh.ts';
import { BASTION } from '../aws/example-stage.ts';
import { type AwsRequest, startFakeAws } from '../aws/fake-aws.ts';
import { stageOnAws } from '../aws/stage-on-aws.ts';
import { fakePrograms } from '../fake-programs.ts';
import { exampleInstance } from './example-instance.ts';

const request = {
  instance: exampleInstance({}),
  bastionGroup: 'stampede-dev-bastion',
  knownHostsFile: '/known_hosts',
  command: [],
};

/** Ids and users that keys were pushed for, in order. */
const pushed = (requests: readonly AwsRequest[]) =>
  requests
    .filter(({ operation }) => operation === 'SendSSHPublicKey')
    .map(({ params }) => `${params['InstanceOSUser']}@${params['InstanceId']}`);

const keyFileOf = (line: string | undefined) => / -i (\S+) /.exec(line ?? '')?.[1] ?? assert.fail(`no key in: ${line}`);

describe('openSession', () => {
  it('pushes the key of the session to the instance, connects, and removes the key', async (t) => {
    t.mock.method(console, 'error', () => {});
    await using programs = await fakePrograms({ ssh: 0 });
    await using aws = await startFakeAws(stageOnAws());
    Object.assign(process.env, aws.env, { PATH: `${programs.folder}:${process.env['PATH']}` });

    await openSession({ ...request, connection: 'endpoint' });

    assert.deepEqual(pushed(aws.requests), ['admin@i-0a1111111111111aa']);
    const key = aws.requests[0]?.params['SSHPublicKey'];
    assert.match(String(key), /^ssh-ed25519 \S+ stampede-session\n$/);
    const [line] = await programs.started();
    assert.match(line ?? '', /^ssh .* admin@i-0a1111111111111aa$/);
    await assert.rejects(access(keyFileOf(line)), { code: 'ENOENT' });
  });

  it('makes an ed25519 key without a passphrase', async (t) => {
    const printed = t.mock.method(console, 'error', () => {});
    await using programs = await fakePrograms({ ssh: 0 });
    await using aws = await startFakeAws(stageOnAws());
    Object.assign(process.env, aws.env, { PATH: `${programs.folder}:${process.env['PATH']}` });

    await openSession({ ...request, connection: 'endpoint' });

    const [line] = await programs.started();
    assert.equal(
      printed.mock.calls[0]?.arguments[0],
      `$ ssh-keygen -q -t ed25519 -N '' -C stampede-session -f ${keyFileOf(line)}`,
    );
  });

  it('removes the key when the session fails, too', async (t) => {
    t.mock.method(console, 'error', () => {});
    await using programs = await fakePrograms({ ssh: 255 });
    await using aws = await startFakeAws(stageOnAws());
    Object.assign(process.env, aws.env, { PATH: `${programs.folder}:${process.env['PATH']}` });

    await assert.rejects(openSession({ ...request, connection: 'endpoint' }), /ssh exited with 255/);

    const [line] = await programs.started();
    await assert.rejects(access(keyFileOf(line)), { code: 'ENOENT' });
  });

  it('waits for the bastion, and pushes the key to both', async (t) => {
    t.mock.method(console, 'error', () => {});
    await using programs = await fakePrograms({ ssh: 0 });
    await using aws = await startFakeAws(stageOnAws({ bastions: () => [BASTION] }));
    Object.assign(process.env, aws.env, { PATH: `${programs.folder}:${process.env['PATH']}` });
    const sshd = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    t.after(() => sshd.close());
    await once(sshd, 'listening');
    const { port } = sshd.address() as AddressInfo;

    await openSession({ ...request, connection: 'bastion' }, { port, deadlineMs: 5_000 });

    assert.deepEqual(pushed(aws.requests), ['ec2-user@i-0c3333333333333cc', 'admin@i-0a1111111111111aa']);
    const [line] = await programs.started();
    assert.match(line ?? '', /ProxyCommand=ssh .* -W 10\.20\.1\.10:22 ec2-user@127\.0\.0\.1 /);
  });

  it('names the setting that opens the port when the bastion does not answer', async (t) => {
    t.mock.method(console, 'error', () => {});
    await using aws = await startFakeAws(stageOnAws({ bastions: () => [BASTION] }));
    Object.assign(process.env, aws.env);
    const session = openSession({ ...request, connection: 'bastion' }, { port: 9, deadlineMs: 1 });
    await assert.rejects(session, /waited 1 s for port 9 of 127\.0\.0\.1; last seen: .*ECONNREFUSED.*sshCidrs/);
    assert.deepEqual(pushed(aws.requests), []);
  });
});
