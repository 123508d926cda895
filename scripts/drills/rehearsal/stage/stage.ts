import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeBaseRoot } from '../../../machine/base-root.ts';
import { Container } from '../../../machine/container.ts';
import { executeQuietly } from '../../../machine/execute.ts';
import { startTestDatabase } from '../../../machine/fixtures.ts';
import { mountImage } from '../../../machine/mounts.ts';
import type { Sandbox } from '../../../machine/sandbox.ts';
import { authorizedKeys } from '../../../machine/ssh.ts';
import { waitQuietly } from '../../../machine/wait.ts';
import { AWS_PORT, addressIn, METADATA_ADDRESS, OUTSIDE } from './addresses.ts';
import { startBackground } from './background.ts';
import { Fleet } from './fleet.ts';
import { Launcher } from './launcher.ts';
import { LaunchDesk } from './lifecycle-hook-endpoint.ts';
import { Balancer } from './load-balancer.ts';
import { type Attachment, StageNetwork } from './network.ts';
import type { StageFacts } from './stage-facts.ts';

/** Name of the table in a rehearsal. */
export const TABLE_NAME = 'rehearsal';

const READY_DEADLINE_MS = 15_000;
const HOST_KEYS_UNIT = 'etc/systemd/system/ssh.service.d/10-host-keys.conf';

/** A stage that runs on this machine. */
export interface Stage {
  readonly facts: StageFacts;
  readonly network: StageNetwork;
  readonly balancer: Balancer;
  readonly fleet: Fleet;
  readonly bastion: Attachment;
  readonly database: Attachment;
  readonly operator: Attachment;
  readonly anybody: Attachment;
  readonly sandbox: Sandbox;
  /** What the metadata service was asked, one line a request. */
  metadataLog(): Promise<string>;
  /** Every timestamp in the table, read without the server. */
  storedTimestamps(): Promise<string[]>;
}

/** Builds a stage from its templates' facts, with instances of a sealed image, and waits until all serve. */
export async function openStage(facts: StageFacts, image: string, sandbox: Sandbox): Promise<Stage> {
  const { directory, undo } = sandbox;
  const network = await StageNetwork.make(facts, sandbox);
  const [operator, anybody, database, autoScaling] = [
    await network.attach('operator', OUTSIDE.operator),
    await network.attach('anybody', OUTSIDE.anybody),
    await network.attach('database', OUTSIDE.database),
    await network.attach('auto-scaling', OUTSIDE.autoScaling),
  ];
  const lent = { host: OUTSIDE.database, port: AWS_PORT, table: TABLE_NAME };
  await startTestDatabase(lent, undo, database.namespace.inside);
  const desk = await LaunchDesk.open(facts.launchHook, autoScaling, undo);
  const metadataFile = join(directory, 'instances.json');
  await startMetadata(network, metadataFile, facts, sandbox);

  const [first] = facts.publicSubnets;
  if (!first) throw new Error('the load balancer has no subnet');
  const door = await network.attach('balancer', addressIn(first.cidr, 10), facts.groupOf.balancer);
  const balancer = await Balancer.start(facts, door, sandbox);
  const bastion = await startBastion(network, addressIn(first.cidr, 20), facts, sandbox);

  const mounted = await mountImage(image, join(directory, 'image'), undo);
  const launcher = new Launcher({ facts, network, sandbox, metadataFile });
  const fleet = new Fleet({ facts, network, balancer, desk, launcher, undo }, mounted);
  fleet.start();
  await fleet.settled();
  return {
    facts,
    network,
    balancer,
    fleet,
    bastion,
    database,
    operator,
    anybody,
    sandbox,
    metadataLog: () => readFile(join(directory, 'metadata.log'), 'utf8'),
    storedTimestamps: async () => {
      const script = join(import.meta.dirname, 'table-reader.ts');
      const endpoint = `http://${OUTSIDE.database}:${AWS_PORT}`;
      const output = await executeQuietly(database.namespace.inside([process.execPath, script, endpoint, TABLE_NAME]));
      return output.split('\n').filter((line) => line !== '');
    },
  };
}

async function startMetadata(
  network: StageNetwork,
  file: string,
  { requiresMetadataToken }: StageFacts,
  sandbox: Sandbox,
): Promise<void> {
  await writeFile(file, '[]');
  const script = join(import.meta.dirname, 'metadata-service.ts');
  const tokens = requiresMetadataToken ? 'required' : 'optional';
  const line = network.router.inside([process.execPath, script, METADATA_ADDRESS, file, tokens]);
  startBackground('metadata', line, sandbox);
  const log = join(sandbox.directory, 'metadata.log');
  const isReady = async () => (await readFile(log, 'utf8')).startsWith('ready');
  await waitQuietly('the metadata service', isReady, READY_DEADLINE_MS);
}

/** The bastion boots the base root: it is no instance of our image on AWS either. */
async function startBastion(
  network: StageNetwork,
  address: string,
  facts: StageFacts,
  sandbox: Sandbox,
): Promise<Attachment> {
  const attachment = await network.attach('bastion', address, facts.groupOf.bastion);
  const image = await makeBaseRoot(resolve('.data/bake'));
  const hostKeys = { path: HOST_KEYS_UNIT, text: await readFile(join('ami/files', HOST_KEYS_UNIT), 'utf8') };
  const files = [authorizedKeys(sandbox.key), hostKeys];
  const { namespace } = attachment;
  await Container.boot({ name: 'bastion', image, namespace, directory: sandbox.directory, files }, sandbox.undo);
  return attachment;
}
