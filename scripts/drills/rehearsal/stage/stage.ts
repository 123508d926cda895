import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { captureQuietly, startBackground } from '../../../cli/run.ts';
import { waitQuietly } from '../../../cli/wait.ts';
import { baseRootFiles, makeBaseRoot } from '../../../machine/base-root.ts';
import { bootContainer } from '../../../machine/container.ts';
import { startTestDatabase } from '../../../machine/fixtures.ts';
import { mountImage } from '../../../machine/mounts.ts';
import type { NetworkNamespace } from '../../../machine/network-namespace.ts';
import type { Sandbox } from '../../../machine/sandbox.ts';
import { Fleet } from './fleet.ts';
import { launcherOf } from './launcher.ts';
import { LifecycleHookEndpoint } from './lifecycle-hook-endpoint.ts';
import { startLoadBalancer } from './load-balancer.ts';
import { type Attachment, AWS_PORT, addressIn, METADATA_ADDRESS, OUTSIDE, StageNetwork } from './network.ts';
import { type StageFacts, TABLE_NAME } from './stage-facts.ts';

const READY_DEADLINE_MS = 15_000;

/** A stage that runs on this machine. */
export type Stage = Readonly<Awaited<ReturnType<typeof openStage>>>;

/** Builds a stage from its templates' facts, with instances of a sealed image, and waits until all serve. */
export async function openStage(facts: StageFacts, image: string, sandbox: Sandbox) {
  const { directory, undo } = sandbox;
  const network = await StageNetwork.make(facts.securityGroups, facts.databaseSubnets, sandbox);
  const operator = await network.attach('operator', OUTSIDE.operator);
  const client = await network.attach('client', OUTSIDE.client);
  const database = await network.attach('database', OUTSIDE.database);
  const autoScaling = await network.attach('auto-scaling', OUTSIDE.autoScaling);
  const table = { host: OUTSIDE.database, port: AWS_PORT, table: TABLE_NAME };
  await startTestDatabase(table, undo, database.namespace.inside);
  const hookEndpoint = new LifecycleHookEndpoint(facts.launchHook);
  await hookEndpoint.listen(autoScaling, undo);
  const metadata = await startMetadataService(network.router, facts, sandbox);

  const [subnet] = facts.publicSubnets;
  if (!subnet) throw new Error('the load balancer has no subnet');
  const frontEnd = await network.attach('load-balancer', addressIn(subnet.cidr, 10), facts.groupOf.loadBalancer);
  const loadBalancer = await startLoadBalancer(facts, frontEnd, sandbox);
  const bastion = await network.attach('bastion', addressIn(subnet.cidr, 20), facts.groupOf.bastion);
  await bootBastion(bastion, sandbox);

  const mounted = await mountImage(image, join(directory, 'image'), undo);
  const launch = launcherOf(facts, network, sandbox, metadata.file);
  const fleet = new Fleet({ facts, network, loadBalancer, hookEndpoint, launch, undo }, mounted);
  fleet.start();
  await fleet.settled();
  return {
    facts,
    network,
    loadBalancer,
    fleet,
    bastion,
    database,
    operator,
    /** A client on the internet. */
    client,
    sandbox,
    /** Requests to the metadata service, one a line. */
    metadataLog: () => readFile(metadata.log, 'utf8'),
    /** Every timestamp in the table, read without the server. */
    readTable: async () => {
      const script = join(import.meta.dirname, 'table-reader.ts');
      const endpoint = `http://${OUTSIDE.database}:${AWS_PORT}`;
      const output = await captureQuietly(database.namespace.inside([process.execPath, script, endpoint, TABLE_NAME]));
      return output.split('\n').filter((line) => line !== '');
    },
  };
}

/** @returns the file that lists the instances, and the service's log */
async function startMetadataService(
  router: NetworkNamespace,
  { requiresMetadataToken }: StageFacts,
  { directory, undo }: Sandbox,
): Promise<{ readonly file: string; readonly log: string }> {
  const [file, log] = [join(directory, 'instances.json'), join(directory, 'metadata.log')];
  await writeFile(file, '[]');
  const script = join(import.meta.dirname, 'metadata-service.ts');
  const tokens = requiresMetadataToken ? 'required' : 'optional';
  const line = router.inside([process.execPath, script, METADATA_ADDRESS, file, tokens]);
  undo.later('the metadata service', startBackground(line, { log }).stop);
  const isReady = async () => (await readFile(log, 'utf8')).startsWith('ready');
  await waitQuietly('the metadata service', isReady, READY_DEADLINE_MS);
  return { file, log };
}

/** The bastion boots the base root: on AWS it does not run our image either. */
async function bootBastion({ namespace }: Attachment, { key, directory, undo }: Sandbox): Promise<void> {
  const image = await makeBaseRoot(resolve('.data/bake'));
  const files = await baseRootFiles(key);
  await bootContainer({ name: 'bastion', image, namespace, directory, files }, undo);
}
