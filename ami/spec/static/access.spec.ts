import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { enablement, output, textOf } from '../system.ts';

/** The effective settings of sshd, read with a temporary host key because the image has none. */
function effectiveSettings(): Map<string, string> {
  const script =
    'k=$(mktemp -u); ssh-keygen -q -t ed25519 -N "" -f "$k"; mkdir -p /run/sshd; sshd -T -h "$k"; rm -f "$k" "$k.pub"';
  return new Map(
    output('sh', '-c', script)
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  );
}

describe('sshd', () => {
  const settings = effectiveSettings();

  it('is enabled', () => assert.equal(enablement('ssh.service'), 'enabled'));

  const expected: Readonly<Record<string, string>> = {
    permitrootlogin: 'no',
    allowusers: 'admin',
    authenticationmethods: 'publickey',
    passwordauthentication: 'no',
    kbdinteractiveauthentication: 'no',
    permitemptypasswords: 'no',
    permituserenvironment: 'no',
    maxauthtries: '3',
    x11forwarding: 'no',
    allowagentforwarding: 'no',
    allowtcpforwarding: 'no',
  };
  for (const [name, value] of Object.entries(expected)) {
    it(`sets ${name} to ${value}`, () => assert.equal(settings.get(name), value));
  }

  it('offers only modern algorithms', () => {
    const offered = [settings.get('kexalgorithms'), settings.get('ciphers'), settings.get('macs')].join(',');
    assert.match(offered, /curve25519-sha256/);
    assert.doesNotMatch(offered, /sha1|group14|nistp|cbc|md5|umac-64|ctr/);
  });
});

describe('users', () => {
  it('includes stampede, without a login shell or home directory', () => {
    const [, , , , , home, shell] = output('getent', 'passwd', 'stampede').split(':');
    assert.deepEqual({ home, shell }, { home: '/run/stampede', shell: '/usr/sbin/nologin' });
  });

  it('adds stampede to no other groups', () => assert.equal(output('id', '-Gn', 'stampede'), 'stampede'));

  it('includes no account with a password', () => {
    const open = textOf('/etc/shadow')
      .split('\n')
      .filter((line) => line !== '' && !/^[!*]/.test(line.split(':')[1] ?? ''));
    assert.deepEqual(open, []);
  });

  it('includes no user with id 0 except root', () => {
    const roots = textOf('/etc/passwd')
      .split('\n')
      .filter((line) => line.split(':')[2] === '0');
    const names = roots.map((line) => line.split(':')[0]);
    assert.deepEqual(names, ['root']);
  });
});
