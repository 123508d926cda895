import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { commandText } from '../../../scripts/cli/run.ts';
import { CONNECTIONS, type Connection } from '../../../scripts/stage/connection.ts';
import { sshLine } from '../../../scripts/stage/ssh.ts';
import { missing } from '../../support/missing.ts';
import { exampleInstance } from './example-instance.ts';

const instance = exampleInstance({});
const bastion = exampleInstance({ id: 'i-0c3333333333333cc', publicIp: '203.0.113.7' });
/** ssh drops key files that do not exist. */
const keyFile = import.meta.filename;
const session = (connection: Connection) => ({
  connection,
  instance,
  bastion,
  keyFile,
  knownHostsFile: '/home/me/.ssh/stampede_known_hosts',
  command: ['uptime'],
});

/** What OpenSSH itself makes of the command line, without connecting. */
function understoodBySsh(connection: Connection): Map<string, string> {
  const [, ...args] = sshLine(session(connection));
  const output = execFileSync('ssh', ['-G', '-F', 'none', ...args], { encoding: 'utf8' });
  return new Map(output.split('\n').map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]));
}

const identity = (id: string) =>
  `-i ${keyFile} -o IdentitiesOnly=yes -o HostKeyAlias=${id} -o UserKnownHostsFile=/home/me/.ssh/stampede_known_hosts -o StrictHostKeyChecking=accept-new -o ConnectTimeout=20`;

describe('sshLine', { skip: missing('ssh', '-V') }, () => {
  it('goes through Session Manager', () => {
    assert.equal(
      commandText(sshLine(session('session-manager'))),
      `ssh ${identity(instance.id)} -o 'ProxyCommand=aws ssm start-session --target i-0a1111111111111aa --document-name AWS-StartSSHSession --parameters portNumber=22' admin@i-0a1111111111111aa -- uptime`,
    );
  });

  it('goes through the EC2 Instance Connect Endpoint', () => {
    const proxy = understoodBySsh('endpoint').get('proxycommand');
    assert.equal(proxy, 'aws ec2-instance-connect open-tunnel --instance-id i-0a1111111111111aa');
  });

  it('goes through the bastion with the same key, to the private address', () => {
    assert.equal(
      understoodBySsh('bastion').get('proxycommand'),
      `ssh ${identity(bastion.id)} -W 10.20.1.10:22 ec2-user@203.0.113.7`,
    );
  });

  it('is understood by OpenSSH as meant, whatever the connection', () => {
    for (const connection of CONNECTIONS) {
      const understood = understoodBySsh(connection);
      const { user, hostname, hostkeyalias, identityfile, identitiesonly, stricthostkeychecking } =
        Object.fromEntries(understood);
      assert.deepEqual(
        { user, hostname, hostkeyalias, identityfile, identitiesonly, stricthostkeychecking },
        {
          user: 'admin',
          hostname: instance.id,
          hostkeyalias: instance.id,
          identityfile: keyFile,
          identitiesonly: 'yes',
          stricthostkeychecking: 'accept-new',
        },
      );
    }
  });

  it('opens a shell when there is no command', () => {
    assert.equal(sshLine({ ...session('endpoint'), command: [] }).at(-1), 'admin@i-0a1111111111111aa');
  });
});
