import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { missing } from '../support/missing.ts';

const SCRIPT = 'ami/files/opt/stampede/bin/pushed-keys';
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;

/** The metadata service's block for one pushed key, in its real format: facts, key, signature. */
const pushed = (key: string, end: number) =>
  `#Timestamp=${end}\n#Instance=i-0a1111111111111aa\n#Caller=arn:aws:sts::111122223333:assumed-role/me\n#Request=7f3c\n${key}\nc2lnbmF0dXJl\nc2lnbmF0dXJl\n`;

/** The script's output for `admin` if the metadata service (IMDSv2) has these keys. */
async function keysFor(activeKeys: string | undefined): Promise<string> {
  const server = createServer(({ method, url, headers }, response) => {
    const isToken = method === 'PUT' && url === '/latest/api/token';
    const isKeys =
      url === '/latest/meta-data/managed-ssh-keys/active-keys/admin/' &&
      headers['x-aws-ec2-metadata-token'] === 'the-token';
    const body = isToken ? 'the-token' : isKeys ? activeKeys : undefined;
    response.writeHead(body === undefined ? 404 : 200).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    return (await promisify(execFile)(SCRIPT, ['admin'], { env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint } }))
      .stdout;
  } finally {
    server.close();
  }
}

describe('pushed-keys', { skip: missing('curl') }, () => {
  it('prints the keys that are currently valid', async () => {
    const blocks = [
      pushed('ssh-ed25519 AAAAnew stampede-session', inSeconds(60)),
      pushed('ssh-ed25519 AAAAold stampede-session', inSeconds(-1)),
      pushed('ecdsa-sha2-nistp256 AAAAother', inSeconds(30)),
    ];
    assert.equal(
      await keysFor(blocks.join('\n')),
      'ssh-ed25519 AAAAnew stampede-session\necdsa-sha2-nistp256 AAAAother\n',
    );
  });

  it('prints no key without an expiry time', async () => {
    assert.equal(await keysFor('ssh-ed25519 AAAAnew stampede-session\n'), '');
  });

  it('prints nothing, and does not fail, if no key was pushed', async () => {
    assert.equal(await keysFor(undefined), '');
  });
});
