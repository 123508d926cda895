import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { secretContents } from '../../../../server/contract.ts';
import { captureQuietly, startBackground } from '../../../cli/run.ts';
import { waitQuietly } from '../../../cli/wait.ts';
import { baseRootFiles, makeBaseRoot } from '../../../machine/base-root.ts';
import { bootContainer } from '../../../machine/container.ts';
import { startLifecycleHookEndpoint, startSecretsManager, startTestDatabase } from '../../../machine/fixtures.ts';
import { mountImage } from '../../../machine/mounts.ts';
import type { NetworkNamespace } from '../../../machine/network-namespace.ts';
import type { Sandbox } from '../../../machine/sandbox.ts';
import { Fleet } from './fleet.ts';
import { launcherOf, launchOutcomes } from './launcher.ts';
import { startLoadBalancer } from './load-balancer.ts';
import { AWS_PORT, addressIn, METADATA_ADDRESS, makeNetwork, OUTSIDE, type StageNetwork } from './network.ts';
import { SECRET_ID, type StageFacts, TABLE_NAME } from './stage-facts.ts';
import { generateSecretValue } from './stage-secret.ts';

const READY_DEADLINE_MS = 15_000;

/** A stage that runs on this machine. */
export type Stage = Readonly<Awaited<ReturnType<typeof openStage>>>;

/** Builds a stage from its templates' facts, with instances of a sealed image, and waits until all serve. */
export async function openStage(facts: StageFacts, image: string, sandbox: Sandbox) {
  const { directory, undo, key } = sandbox;
  const network = await makeNetwork(facts.securityGroups, facts.databaseSubnets, sandbox);
  const operator = await network.attach('operator', OUTSIDE.operator);
  const client = await network.attach('client', OUTSIDE.client);
  const database = await network.attach('database', OUTSIDE.database);
  const autoScaling = await network.attach('auto-scaling', OUTSIDE.autoScaling);
  const table = { host: database.address, port: AWS_PORT, table: TABLE_NAME };
  await startTestDatabase(table, undo, database.namespace.inside);
  const secretValue = await startSecrets(facts, network, sandbox);
  const endpoint = { host: autoScaling.address, port: AWS_PORT };
  const actions = await startLifecycleHookEndpoint(endpoint, undo, autoScaling.namespace.inside);
  const { receive, outcomeOf } = launchOutcomes(facts.launchHook);
  Readable.from(actions).on('data', (action) => receive(JSON.parse(action)));
  const metadata = await startMetadataService(network.router, facts.requiresMetadataToken, sandbox);

  const [subnet] = facts.publicSubnets;
  if (!subnet) throw new Error('the load balancer has no subnet');
  const frontEnd = await network.attach('load-balancer', addressIn(subnet.cidr, 10), facts.groupOf.loadBalancer);
  const loadBalancer = await startLoadBalancer(facts, frontEnd, sandbox);
  const bastion = await network.attach('bastion', addressIn(subnet.cidr, 20), facts.groupOf.bastion);
  // On AWS the bastion does not run our image either.
  const baseRoot = { image: await makeBaseRoot(resolve('.data/bake')), files: await baseRootFiles(key) };
  await bootContainer({ name: 'bastion', namespace: bastion.namespace, directory, ...baseRoot }, undo);

  const launch = launcherOf(facts, network, sandbox, metadata.folder);
  const mounted = await mountImage(image, join(directory, 'image'), undo);
  const fleet = new Fleet({ facts, loadBalancer, outcomeOf, launch }, mounted);
  undo.first('fleet', () => fleet.stop());
  fleet.start();
  await fleet.settled();
  return {
    facts,
    loadBalancer,
    fleet,
    bastion,
    database,
    operator,
    /** A client on the internet. */
    client,
    sandbox,
    /** The token for reading, by which a client of the stage would read. */
    readToken: secretContents(secretValue).readTokens[0] ?? '',
    /** Requests to the metadata service, one a line. */
    metadataLog: () => readFile(metadata.log, 'utf8'),
    /** Every timestamp in the table, read without the server. */
    readTable: async () => {
      const script = join(import.meta.dirname, 'table-reader.ts');
      const line = [process.execPath, script, `http://${table.host}:${table.port}`, table.table] as const;
      return (await captureQuietly(database.namespace.inside(line))).split('\n').filter((text) => text !== '');
    },
  };
}

/** Starts Secrets Manager with the secret of the stage, and returns its value, which is generated as in the template. */
async function startSecrets({ secret }: StageFacts, network: StageNetwork, { directory, undo }: Sandbox) {
  const { address, namespace } = await network.attach('secrets', OUTSIDE.secrets);
  const [value, file] = [generateSecretValue(secret), join(directory, 'secret.json')];
  await writeFile(file, value, { mode: 0o600 });
  await startSecretsManager({ host: address, port: AWS_PORT, arn: SECRET_ID, file }, undo, namespace.inside);
  return z.object({ generated: z.string() }).parse(JSON.parse(value));
}

async function startMetadataService(router: NetworkNamespace, requiresToken: boolean, { directory, undo }: Sandbox) {
  const [folder, log] = [join(directory, 'metadata'), join(directory, 'metadata.log')];
  await mkdir(folder);
  const script = join(import.meta.dirname, 'metadata-service.ts');
  const tokens = requiresToken ? 'required' : 'optional';
  const line = router.inside([process.execPath, script, METADATA_ADDRESS, folder, tokens]);
  undo.later('the metadata service', startBackground(line, { log }).stop);
  const isReady = async () => (await readFile(log, 'utf8')).startsWith('ready');
  await waitQuietly('the metadata service', isReady, READY_DEADLINE_MS);
  return { folder, log };
}
