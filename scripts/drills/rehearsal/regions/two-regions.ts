import { Readable } from 'node:stream';
import { ENV } from '../../../../server/contract.ts';
import { startReplica } from '../../../machine/fixtures.ts';
import { openPart, type Sandbox } from '../../../machine/sandbox.ts';
import { openStage, type Stage } from '../stage/stage.ts';
import { synthesizeStage } from '../stage/stage-facts.ts';
import { type Replica, Replication } from './replication.ts';

/** The regions of the rehearsal, the home region first, and their networks. Each has one instance in each zone. */
export const REGIONS = [
  { region: 'eu-west-1', vpcCidr: '10.40.0.0/16' },
  { region: 'eu-central-1', vpcCidr: '10.41.0.0/16' },
] as const;

/** Milliseconds until a write is in the other region. DynamoDB usually needs about a second. */
export const REPLICATION_LAG_MS = 1_500;

/** A stage in two regions. */
export type TwoRegions = Readonly<Awaited<ReturnType<typeof openRegions>>>;

/** Builds a small stage in each region, side by side, with a global table and one secret; waits until all serve. */
export async function openRegions(stageName: string, image: string, sandbox: Sandbox) {
  const replicas: (Replica & { readonly lines: AsyncIterator<string> })[] = [];
  const stages: Stage[] = [];
  for (const { region, vpcCidr } of REGIONS) {
    const part = await openPart(sandbox, region);
    // The certificate and the names of several regions do not exist here: each is synthesised as a region of its own.
    const settings = [`region=${region}`, `vpcCidr=${vpcCidr}`];
    const facts = await synthesizeStage(stageName, part.directory, settings);
    const [home] = stages;
    const stage = await openStage(facts, image, part, () => Promise.resolve(facts), {
      startDatabase: async (at, undo, inside) => {
        const { lines, send } = await startReplica({ ...at, region }, undo, inside);
        replicas.push({ region, lines, send: (write) => send(JSON.stringify(write)) });
      },
      environment: {
        [ENV.regions]: REGIONS.map((each) => each.region).join(','),
        [ENV.ownRegion]: region,
        [ENV.homeUrl]: `https://${REGIONS[0].region}.stampede.example.com`,
      },
      ...(home && { secretText: home.secretText }),
    });
    stages.push(stage);
  }
  const [home, other] = stages;
  if (!home || !other) throw new Error(`the rehearsal has ${stages.length} regions: expected two`);
  const replication = startReplication(replicas);
  return { home, other, replication, sandbox };
}

/** What was written since a replica has started is in its output, and is replicated now. */
function startReplication(replicas: readonly (Replica & { readonly lines: AsyncIterator<string> })[]): Replication {
  const at = (ms: number, callback: () => void) => void setTimeout(callback, ms - Date.now());
  const replication = new Replication(replicas, REPLICATION_LAG_MS, { now: () => Date.now(), at });
  for (const { region, lines } of replicas) {
    Readable.from({ [Symbol.asyncIterator]: () => lines }).on('data', (line) => replication.receive(region, line));
  }
  return replication;
}
