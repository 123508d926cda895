import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { secretContents } from '../../../../server/contract.ts';
import { startBackground } from '../../../cli/run.ts';
import { waitQuietly } from '../../../cli/wait.ts';
import { baseRootFiles, makeBaseRoot } from '../../../machine/base-root.ts';
import { bootContainer } from '../../../machine/container.ts';
import { mountImage } from '../../../machine/mounts.ts';
import type { NetworkNamespace } from '../../../machine/network-namespace.ts';
import type { Sandbox } from '../../../machine/sandbox.ts';
import { type StartDatabase, startAwsEndpoints } from './aws-endpoints.ts';
import { Fleet } from './fleet.ts';
import { withoutFormerTables } from './former-tables.ts';
import { launcherOf, launchOutcomes } from './launcher.ts';
import { startLoadBalancer } from './load-balancer.ts';
import { addressIn, METADATA_ADDRESS, makeNetwork, OUTSIDE } from './network.ts';
import { type FactsWith, type StageFacts, TABLE_NAME } from './stage-facts.ts';

const READY_DEADLINE_MS = 15_000;

/** A stage that runs on this machine. */
export type Stage = Readonly<Awaited<ReturnType<typeof openStage>>>;

/** What differs in a stage that is one of several regions. */
interface RegionOfStage {
  readonly startDatabase: StartDatabase;
  /** Variables of the instances besides those of the user data. */
  readonly environment: Readonly<Record<string, string>>;
  /** Value of the secret's replica. @default - the secret is generated here */
  readonly secretText?: string;
}

/** Builds a stage from its templates' facts, with instances of a sealed image, and waits until all serve. */
export async function openStage(
  facts: StageFacts,
  image: string,
  sandbox: Sandbox,
  factsWith: FactsWith,
  region?: RegionOfStage,
) {
  const { directory, undo, key } = sandbox;
  const network = await makeNetwork(facts.securityGroups, facts.gateways, sandbox);
  const operator = await network.attach('operator', OUTSIDE.operator);
  const client = await network.attach('client', OUTSIDE.client);
  const metadata = await startMetadataService(network.router, facts.requiresMetadataToken, sandbox);
  const aws = await startAwsEndpoints(
    facts,
    network,
    metadata.folder,
    sandbox,
    region?.startDatabase,
    region?.secretText,
  );
  const { receive, outcomeOf } = launchOutcomes(facts.launchHook);
  Readable.from(aws.actions).on('data', (action) => receive(JSON.parse(action)));

  const [subnet] = facts.publicSubnets;
  if (!subnet) throw new Error('the load balancer has no subnet');
  const frontEnd = await network.attach('load-balancer', addressIn(subnet.cidr, 10), facts.groupOf.loadBalancer);
  const loadBalancer = await startLoadBalancer(facts, frontEnd, sandbox);
  const bastion = await network.attach('bastion', addressIn(subnet.cidr, 20), facts.groupOf.bastion);
  if (!region) {
    // On AWS the bastion does not run our image either. The checks at rest use it, which are of one region.
    const baseRoot = { image: await makeBaseRoot(resolve('.data/bake')), files: await baseRootFiles(key) };
    await bootContainer({ name: 'bastion', namespace: bastion.namespace, directory, ...baseRoot }, undo);
  }

  const { launch, useUserData } = launcherOf(facts, network, sandbox, metadata.folder, region?.environment);
  const mounted = await mountImage(image, join(directory, 'image'), undo);
  const fleet = new Fleet({ facts, loadBalancer, outcomeOf, launch }, mounted);
  undo.first('fleet', () => fleet.stop());
  fleet.start();
  await fleet.settled();
  let table = TABLE_NAME;
  const former = new Map<string, readonly string[]>();
  return {
    facts,
    loadBalancer,
    fleet,
    bastion,
    network,
    /** Everything of the stage that is not an instance, as far as instances and clients reach it. */
    attachments: [frontEnd, ...aws.attachments],
    secretText: aws.secretText,
    database: aws.database,
    s3: aws.s3,
    operator,
    /** The machine of the load balancer. */
    frontEnd,
    /** A client on the internet. */
    client,
    sandbox,
    /** The token for reading, by which a client of the stage would read. */
    readToken: secretContents(aws.secretValue).readTokens[0] ?? '',
    /** Requests to the metadata service, one a line. */
    metadataLog: () => readFile(metadata.log, 'utf8'),
    /** The facts of the same stage after a deployment with other settings. */
    factsWith,
    operateTable: aws.operateTable,
    restoreTable: aws.restoreTable,
    /** Every timestamp in the table of the stage, or in another one. */
    readTable: (name = table) => aws.readTable(name),
    /** Every item that is kept in the table of the stage. */
    readItems: () => aws.readItems(table),
    readBucket: aws.readBucket,
    /** Changes role and launch template to those of other facts, which have another table. Instances stay. */
    useTable: async (name: string, next: StageFacts) => {
      former.set(
        table,
        fleet.members.map(({ id }) => id),
      );
      table = name;
      await aws.changeRights(next.rights);
      useUserData(next.userData);
    },
    /** The rights that instances needed so far, except those for a table that was deleted while they ran. */
    rightsNeeded: async () => withoutFormerTables(await aws.rightsNeeded(), former),
  };
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
