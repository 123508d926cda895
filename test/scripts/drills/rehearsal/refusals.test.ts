import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Undo } from '../../../../scripts/cli/undo.ts';
import { OUTSIDE } from '../../../../scripts/drills/rehearsal/stage/addresses.ts';
import { canConnect } from '../../../../scripts/drills/rehearsal/stage/can-connect.ts';
import { type Attachment, StageNetwork } from '../../../../scripts/drills/rehearsal/stage/network.ts';
import { executeQuietly } from '../../../../scripts/machine/execute.ts';
import { startTestDatabase } from '../../../../scripts/machine/fixtures.ts';
import { readSecurityGroups } from '../../../../scripts/scaling/template/security-groups.ts';
import { exampleStage } from '../../scaling/template/stage-example.ts';

const cannot = process.getuid?.() !== 0 || !existsSync('/usr/sbin/nft') ? 'needs root and nftables' : false;
const PORT = 8080;

/** Only a refusal that rests on the rules proves them: whoever is refused must get through once they are gone. */
describe('what the rehearsal calls refused', { skip: cannot }, () => {
  const undo = new Undo();
  let network: StageNetwork;
  let places: Record<'anybody' | 'balancer' | 'app' | 'database', Attachment>;

  before(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'refusals-'));
    undo.later(directory, () => rm(directory, { recursive: true }));
    const sandbox = { directory, undo, key: { privateKey: '', publicKey: '' } };
    const databaseSubnets = [{ logicalId: 'SubnetA', zone: 'eu-west-1a', cidr: '10.0.0.0/20' }];
    network = await StageNetwork.make({ securityGroups: readSecurityGroups(exampleStage()), databaseSubnets }, sandbox);
    places = {
      anybody: await network.attach('anybody', OUTSIDE.anybody),
      balancer: await network.attach('balancer', '10.0.0.10', 'BalancerGroup'),
      app: await network.attach('app', '10.0.0.20', 'AppGroup'),
      database: await network.attach('database', OUTSIDE.database),
    };
    const { app, database } = places;
    // Any listener will do.
    await startTestDatabase({ host: app.address, port: PORT, table: 'listener' }, undo, app.namespace.inside);
    await startTestDatabase({ host: database.address, port: 443, table: 'listener' }, undo, database.namespace.inside);
  });

  after(() => undo.take());

  const reached = async () => ({
    'internet to app': await canConnect(places.anybody, places.app.address, PORT),
    'internet to database': await canConnect(places.anybody, OUTSIDE.database, 443),
    'balancer to app': await canConnect(places.balancer, places.app.address, PORT),
    'app to database': await canConnect(places.app, OUTSIDE.database, 443),
  });

  it('is refused by the rules, which let the others through', async () => {
    assert.deepEqual(await reached(), {
      'internet to app': false,
      'internet to database': false,
      'balancer to app': true,
      'app to database': true,
    });
  });

  it('is reached when the rules are gone', async () => {
    await executeQuietly(network.router.inside(['nft', 'flush', 'ruleset']));
    assert.deepEqual([...new Set(Object.values(await reached()))], [true]);
  });
});
