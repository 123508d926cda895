import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PORT } from '../../../server/contract.ts';
import { activity, entriesOf, IN_CONTAINER, output, ownershipOf, property, textOf } from '../system.ts';

const NO_CLOCK = IN_CONTAINER && 'a container has the clock of its host';

/** When a unit became active, in microseconds of the monotonic clock. */
const startOf = (unit: string) => Number(property(unit, 'ActiveEnterTimestampMonotonic'));

describe('a started instance', () => {
  it('ran its user data by cloud-init, before the service started', () => {
    assert.equal(activity('cloud-final.service'), 'active');
    assert.ok(startOf('cloud-final.service') < startOf('stampede.service'));
  });

  it('has no failed unit', () =>
    assert.equal(output('systemctl', 'list-units', '--failed', '--plain', '--no-legend'), ''));

  it('runs the service, sshd and the firewall', () => {
    const units = ['stampede.service', 'ssh.service', 'nftables.service'];
    for (const unit of units) assert.equal(activity(unit), 'active', unit);
  });

  it('synchronised its clock by chrony before the service started', { skip: NO_CLOCK }, () => {
    assert.equal(activity('chrony.service'), 'active');
    assert.equal(activity('chrony-wait.service'), 'active');
    assert.ok(startOf('chrony-wait.service') < startOf('stampede.service'));
  });

  it('has the kernel settings', { skip: IN_CONTAINER && 'a container has the kernel of its host' }, () => {
    assert.equal(textOf('/proc/sys/net/core/somaxconn').trim(), '4096');
  });

  it('runs the newest kernel of the image', { skip: IN_CONTAINER && 'a container has the kernel of its host' }, () => {
    const kernels = entriesOf('/boot').filter((name) => name.startsWith('vmlinuz-'));
    const newest = output('sh', '-c', `printf '%s\\n' ${kernels.join(' ')} | sort --version-sort | tail -n 1`);
    assert.equal(`vmlinuz-${output('uname', '-r')}`, newest);
  });

  it('has its own machine id and one host key', () => {
    const keys = entriesOf('/etc/ssh').filter((name) => /^ssh_host_.*_key$/.test(name));
    assert.deepEqual(keys, ['ssh_host_ed25519_key']);
    assert.match(textOf('/etc/machine-id'), /^[0-9a-f]{32}\n$/);
    assert.equal(ownershipOf('/etc/ssh/ssh_host_ed25519_key'), 'root:root 600');
  });

  it('has an active firewall', () => {
    assert.match(output('nft', 'list', 'chain', 'inet', 'stampede', 'input'), /policy drop/);
  });

  it('listens only on the application port and port 22', () => {
    const listeners = output('ss', '--listening', '--tcp', '--numeric', '--no-header')
      .split('\n')
      .map((line) => line.trim().split(/\s+/)[3] ?? '')
      .filter((address) => !/^(127\.|\[::1\])/.test(address))
      .map((address) => Number(address.slice(address.lastIndexOf(':') + 1)));
    assert.deepEqual(
      [...new Set(listeners)].sort((a, b) => a - b),
      [22, PORT],
    );
  });
});
