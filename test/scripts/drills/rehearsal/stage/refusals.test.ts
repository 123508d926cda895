import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { captureQuietly } from '../../../../../scripts/cli/run.ts';
import { Undo } from '../../../../../scripts/cli/undo.ts';
import {
  type Attachment,
  canConnect,
  makeNetwork,
  OUTSIDE,
  type StageNetwork,
} from '../../../../../scripts/drills/rehearsal/stage/network.ts';
import { startTestDatabase } from '../../../../../scripts/machine/fixtures.ts';
import type { Finding } from '../../../../../scripts/probe/finding.ts';
import { readSecurityGroups } from '../../../../../scripts/scaling/template/security-groups.ts';
import { exampleStage } from '../../../scaling/template/stage-example.ts';

const cannotRun = process.getuid?.() !== 0 || !existsSync('/usr/sbin/nft') ? 'needs root and nftables' : false;
const PORT = 8080;

/** Only a refusal that rests on the rules proves them: without them the same connection must succeed. */
describe('what the rehearsal calls refused', { skip: cannotRun }, () => {
  const undo = new Undo();
  let network: StageNetwork;
  let machines: Record<'client' | 'balancer' | 'app' | 'other' | 'database', Attachment>;

  before(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'refusals-'));
    undo.later(directory, () => rm(directory, { recursive: true }));
    const sandbox = { directory, undo, key: { privateKey: '', publicKey: '' }, prefix: '' };
    const subnets = [{ logicalId: 'SubnetA', zone: 'eu-west-1a', cidr: '10.0.0.0/20' }];
    network = await makeNetwork(readSecurityGroups(exampleStage()), { database: subnets, s3: subnets }, sandbox);
    machines = {
      client: await network.attach('client', OUTSIDE.client),
      balancer: await network.attach('balancer', '10.0.0.10', 'BalancerGroup'),
      app: await network.attach('app', '10.0.0.20', 'AppGroup'),
      other: await network.attach('other', '10.0.0.21', 'AppGroup'),
      database: await network.attach('database', OUTSIDE.database),
    };
    const { app, database } = machines;
    // Any listener will do.
    await startTestDatabase({ host: app.address, port: PORT, table: 'listener' }, undo, app.namespace.inside);
    await startTestDatabase({ host: database.address, port: 443, table: 'listener' }, undo, database.namespace.inside);
  });

  after(() => undo.run());

  const reached = async () => ({
    'internet to app': await canConnect(machines.client, machines.app.address, PORT),
    'internet to database': await canConnect(machines.client, OUTSIDE.database, 443),
    'balancer to app': await canConnect(machines.balancer, machines.app.address, PORT),
    'app to database': await canConnect(machines.app, OUTSIDE.database, 443),
  });

  /** What `npm run probe` finds on another instance about the app port. */
  const probed = async () => {
    const { app, balancer, other } = machines;
    const options = ['--json', '--from', 'instance', '--url', `http://${balancer.address}`, '--instance', app.address];
    const line = other.namespace.inside([process.execPath, 'scripts/probe.ts', ...options]);
    const findings: Finding[] = JSON.parse(await captureQuietly(line));
    const found = findings.find(({ check }) => check === `port ${PORT} of the app from the instance`);
    return { measured: found?.measured, passed: found?.passed };
  };

  it('is refused by the rules, which permit the others', async () => {
    assert.deepEqual(await reached(), {
      'internet to app': false,
      'internet to database': false,
      'balancer to app': true,
      'app to database': true,
    });
    assert.deepEqual(await probed(), { measured: 'refused', passed: true });
  });

  it('is reachable without the rules', async () => {
    await captureQuietly(network.router.inside(['nft', 'flush', 'ruleset']));
    assert.deepEqual([...new Set(Object.values(await reached()))], [true]);
    assert.deepEqual(await probed(), { measured: 'connected', passed: false });
  });
});
