import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PORT, TIMEOUTS_MS } from '../../../server/contract.ts';
import { LAUNCH_S } from '../../contract.ts';
import { enablement, output, property, textOf } from '../system.ts';

describe('units', () => {
  const expected: Readonly<Record<string, string>> = {
    'stampede.service': 'enabled',
    'stampede-launch-hook.service': 'enabled',
    'stampede-logs.service': 'enabled',
    'stampede-journal.service': 'enabled',
    'nftables.service': 'enabled',
    'chrony.service': 'enabled',
    'logrotate.timer': 'enabled',
    'systemd-timesyncd.service': 'masked',
    'apt-daily.timer': 'masked',
    'apt-daily-upgrade.timer': 'masked',
    'unattended-upgrades.service': 'masked',
  };
  for (const [unit, state] of Object.entries(expected)) {
    it(`${unit} is ${state}`, () => assert.equal(enablement(unit), state));
  }

  it('boot into graphical.target, which wants the service', () => {
    assert.equal(output('systemctl', 'get-default'), 'graphical.target');
    assert.match(property('graphical.target', 'Wants'), /\bstampede\.service\b/);
  });

  it('give the service enough time to stop its workers', () => {
    assert.equal(property('stampede.service', 'TimeoutStopUSec'), `${TIMEOUTS_MS.systemdStop / 1_000}s`);
  });

  it('start the service after the clock is synchronised, within a deadline', () => {
    for (const name of ['After', 'Wants']) assert.match(property('stampede.service', name), /\bchrony-wait\.service\b/);
    assert.equal(property('chrony-wait.service', 'TimeoutStartUSec'), `${LAUNCH_S.clock}s`);
    assert.match(property('chrony-wait.service', 'ExecStart'), /chronyc .*waitsync/);
  });

  it('protect the system from the service', () => {
    const exposure = output('systemd-analyze', 'security', '--no-pager', 'stampede.service');
    assert.match(exposure, /exposure level for stampede\.service: [0-2]\.\d/);
  });
});

describe('firewall', () => {
  it('opens only the application port and port 22', () => {
    const rules = textOf('/etc/nftables.conf');
    const opened = [...rules.matchAll(/tcp dport (\S+) accept/g)].map((match) => match[1]);
    assert.deepEqual(opened, [String(PORT), '22']);
    assert.match(rules, /hook input priority filter; policy drop;/);
    assert.match(rules, /hook forward priority filter; policy drop;/);
  });
});

describe('names', () => {
  it('are not answered to neighbours, which would need an open port', () => {
    const settings = textOf('/etc/systemd/resolved.conf.d/10-stampede.conf');
    for (const name of ['LLMNR', 'MulticastDNS']) assert.match(settings, new RegExp(`^${name}=no$`, 'm'));
  });
});

describe('clock', () => {
  it('uses only the Amazon Time Sync Service', () => {
    const sources = textOf('/etc/chrony/chrony.conf').match(/^(server|pool|sourcedir|peer) \S+/gm);
    assert.deepEqual(sources, ['server 169.254.169.123', 'server fd00:ec2::123']);
  });

  it('is configured in a way that chrony accepts', () => {
    const accepted = output('chronyd', '-p', '-f', '/etc/chrony/chrony.conf');
    assert.match(accepted, /^server 169\.254\.169\.123 iburst/m);
  });

  it('prefers the hardware clock of an instance that has one', () => {
    assert.match(property('chrony.service', 'ExecStartPre'), /\/opt\/stampede\/bin\/choose-clock/);
    assert.match(textOf('/etc/chrony/chrony.conf'), /^confdir \/etc\/chrony\/conf\.d$/m);
    assert.match(textOf('/etc/apparmor.d/usr.sbin.chronyd'), /^\s*\/etc\/chrony\/\{,\*\*\} r,$/m);
    assert.match(textOf('/etc/udev/rules.d/60-ptp-ena.rules'), /^SUBSYSTEM=="ptp", .*SYMLINK\+="ptp_ena"$/m);
  });
});

describe('updates', () => {
  it('are disabled, because instances are patched by a new image', () => {
    assert.match(output('apt-config', 'dump', 'APT::Periodic::Enable'), /"0"/);
    assert.match(output('apt-config', 'dump', 'APT::Periodic::Unattended-Upgrade'), /"0"/);
  });
});

describe('logs', () => {
  it('have a size limit', () => {
    assert.match(textOf('/etc/systemd/journald.conf.d/10-stampede.conf'), /^SystemMaxUse=200M$/m);
    const rotated = textOf('/etc/logrotate.d/stampede');
    const limited = [...rotated.matchAll(/^(\/\S+) \{\n {2}size 50M\n {2}rotate \d\n/gm)].map((match) => match[1]);
    assert.deepEqual(limited, ['/var/log/stampede/*.log', '/var/log/stampede-journal.log']);
  });
});
