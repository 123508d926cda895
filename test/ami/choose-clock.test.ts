import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

const SCRIPT = 'ami/files/opt/stampede/bin/choose-clock';

describe('choose-clock', () => {
  const folder = mkdtempSync(join(tmpdir(), 'choose-clock-'));
  after(() => rmSync(folder, { recursive: true }));
  const [device, configuration] = [join(folder, 'ptp_ena'), join(folder, 'conf.d/hardware-clock.conf')];
  const choose = () => execFileSync(SCRIPT, [device, configuration]);

  it('lets chrony prefer the hardware clock of an instance that has one', () => {
    writeFileSync(device, '');
    choose();
    // The line of the EC2 user guide, "Connect to the PTP hardware clock".
    assert.equal(readFileSync(configuration, 'utf8'), `refclock PHC ${device} poll 0 delay 0.000010 prefer\n`);
  });

  it('leaves chrony the network servers when there is none, or no longer', () => {
    rmSync(device);
    choose();
    assert.equal(existsSync(configuration), false);
    choose();
  });

  it('uses by default the device of udev and the directory of chrony', () => {
    const script = readFileSync(SCRIPT, 'utf8');
    const [, deviceName] =
      /SYMLINK\+="(\w+)"/.exec(readFileSync('ami/files/etc/udev/rules.d/60-ptp-ena.rules', 'utf8')) ?? [];
    const [, confdir] = /^confdir (\S+)$/m.exec(readFileSync('ami/files/etc/chrony/chrony.conf', 'utf8')) ?? [];
    assert.match(script, new RegExp(`^device=\\$\\{1:-/dev/${deviceName}\\}$`, 'm'));
    assert.match(script, new RegExp(`^configuration=\\$\\{2:-${confdir}/[\\w-]+\\.conf\\}$`, 'm'));
  });
});
