import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CLIENT_PORTS, PORT } from '../../server/contract.ts';

describe('the ports from which instances call', () => {
  it('are the same in the image and in the network ACLs', () => {
    const sysctl = readFileSync('ami/files/etc/sysctl.d/60-stampede.conf', 'utf8');
    assert.match(
      sysctl,
      new RegExp(`^net\\.ipv4\\.ip_local_port_range = ${CLIENT_PORTS.from} ${CLIENT_PORTS.to}$`, 'm'),
    );
  });

  it('leave out the port of the server, which strangers must not reach', () => {
    assert.ok(PORT < CLIENT_PORTS.from);
  });
});
