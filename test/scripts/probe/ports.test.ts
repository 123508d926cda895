import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { PLACES, type Place } from '../../../scripts/probe/openings.ts';
import { probePorts, tryFromHere, tryThrough } from '../../../scripts/probe/ports.ts';
import { missing } from '../../support/missing.ts';

const ADDRESSES = { 'load balancer': 'lb.example', bastion: '203.0.113.9', app: '10.20.16.11' };

/** What each place reaches in a stage as it must be. */
const REACHED: Readonly<Record<Place, readonly string[]>> = {
  internet: ['lb.example/80', 'lb.example/443'],
  operator: ['lb.example/80', 'lb.example/443', '203.0.113.9/22'],
  bastion: ['lb.example/443', '10.20.16.11/22'],
  instance: ['lb.example/443'],
};

const reaching = (...open: readonly string[]) => {
  return async () => new Set(open);
};

/** Two endpoints of this machine; a server listens on the first. */
async function startPorts(t: TestContext) {
  const [server, closed] = [createServer((socket) => socket.end()), createServer()];
  for (const each of [server, closed]) {
    each.listen(0, '127.0.0.1');
    await once(each, 'listening');
  }
  const endpoints = [server, closed].map((each) => `127.0.0.1/${(each.address() as AddressInfo).port}` as const) as [
    `${string}/${number}`,
    `${string}/${number}`,
  ];
  t.after(() => server.close());
  closed.close();
  await once(closed, 'close');
  return endpoints;
}

describe('the ports of a stage', () => {
  for (const from of PLACES) {
    it(`are as expected from the ${from} if exactly the intended ones answer`, async () => {
      const findings = await probePorts(from, ADDRESSES, true, reaching(...REACHED[from]));
      assert.equal(findings.length, from === 'bastion' ? 4 : 5);
      assert.deepEqual(
        findings.filter(({ passed }) => !passed),
        [],
      );
    });
  }

  it('are different if a port answers that must not, or does not answer although it must', async () => {
    const findings = await probePorts('internet', ADDRESSES, true, reaching('lb.example/80', '10.20.16.11/8080'));
    assert.deepEqual(
      findings.filter(({ passed }) => !passed),
      [
        {
          check: 'port 443 of the load balancer from the internet',
          passed: false,
          measured: 'refused',
          expected: 'connected',
        },
        { check: 'port 8080 of the app from the internet', passed: false, measured: 'connected', expected: 'refused' },
      ],
    );
  });

  it('do not include port 443 on a stage without TLS', async () => {
    const findings = await probePorts('internet', { 'load balancer': 'lb.example' }, false, reaching('lb.example/80'));
    assert.deepEqual(
      findings.map(({ passed, expected }) => [passed, expected]),
      [
        [true, 'connected'],
        [true, 'refused'],
      ],
    );
  });
});

describe('an attempt to connect', () => {
  it('from this machine tells open ports from closed ones', async (t) => {
    const [open, closed] = await startPorts(t);
    assert.deepEqual(await tryFromHere([open, closed]), new Set([open]));
  });

  it('through a command does the same', { skip: missing('timeout') }, async (t) => {
    const [open, closed] = await startPorts(t);
    assert.deepEqual(await tryThrough(['bash', '-c'])([open, closed]), new Set([open]));
  });

  it('through a command that does not run it is an error, not a refusal', async () => {
    await assert.rejects(tryThrough(['echo', 'Welcome'])(['127.0.0.1/1']), /echo Welcome did not run the attempts/);
  });
});
