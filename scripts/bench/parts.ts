import { TIMESTAMPS_PATH } from '../../server/contract.ts';
import { type BackendName, withBackend } from './backends/backends.ts';
import { type Bench, USUAL_CONNECTIONS } from './plan.ts';
import { residentBytes } from './process.ts';
import { type Cell, type Measurement, median, type Sample } from './results.ts';
import { SERVERS, type ServerName } from './servers.ts';
import { startServer } from './start-server.ts';
import { keyOf, type LoadShape, measureRounds, withServers } from './window.ts';

/** The servers of the comparison, the most expensive first. */
const COMPARED = ['express-get-put-get', 'express-put', 'fastify-put', 'node-put', 'stampede', 'node-bare'] as const;

/** Share of the most that Express + PutItem can do: busy, but with queues that do not grow. */
const OFFERED_SHARE = 0.6;

/** Requests of one load: so few that also a slow server on a busy machine ends within the generator's deadline. */
const MEMORY_STEP = 5_000;

const usual = { connections: USUAL_CONNECTIONS };

/** The parts of the benchmark by name, in the order of the report. */
export const PARTS: Readonly<Record<string, (bench: Bench) => Promise<Measurement>>> = {
  headroom: async (bench) => ({
    title: 'The limit of the load generator',
    cells: await measureOn(['ack-0ms'], bench, ['fixed-answer'], [usual]),
  }),
  matrix: async (bench) => ({
    title: 'One process',
    cells: await measureOn(bench.plan.backends, bench, COMPARED, loadsOf(bench)),
  }),
  workers: async (bench) => ({
    title: `pm2 with ${SERVERS['stampede-under-pm2'].workers} workers`,
    cells: await measureOn(['ack-0ms', 'ack-4ms'], bench, ['stampede-under-pm2'], loadsOf(bench)),
  }),
  'offered-load': measureOfferedLoad,
  'short-cuts': async ({ plan, generator }) => ({
    title: 'Stampede with and without its short cuts past Express and past the AWS SDK',
    cells: await measureOn(
      ['ack-0ms'],
      { plan: { ...plan, rounds: 2 * plan.rounds }, generator },
      ['stampede', 'stampede-through-express', 'stampede-by-sdk'],
      [usual],
    ),
  }),
  'start-up': async (bench) => ({ title: 'Start-up, from exec to the first 200', cells: await measureStartUp(bench) }),
  memory: async (bench) => ({ title: 'Resident memory', cells: await measureMemory(bench) }),
};

function loadsOf({ plan }: Bench): LoadShape[] {
  return plan.connections.map((connections) => ({ connections }));
}

/** Measures servers under loads on one backend after the other. */
async function measureOn(
  backends: readonly BackendName[],
  bench: Bench,
  servers: readonly ServerName[],
  loads: readonly LoadShape[],
): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const backend of backends)
    cells.push(...(await withServers(bench, backend, servers, (setup) => measureRounds(setup, loads))));
  return cells;
}

/** Offers Express + PutItem and Stampede the same rate. */
function measureOfferedLoad(bench: Bench): Promise<Measurement> {
  return withServers(bench, 'ack-4ms', ['express-put', 'stampede'], async (setup) => {
    const [most] = await measureRounds({ ...setup, running: setup.running.slice(0, 1) }, [usual]);
    const carried = median(most?.samples.map(({ requestsPerS = NaN }) => requestsPerS) ?? []);
    const ratePerSecond = Math.max(100, Math.round((carried * OFFERED_SHARE) / 100) * 100);
    const load = { ...usual, ratePerSecond, windowMs: 2 * bench.plan.windowMs };
    return { title: `${ratePerSecond} requests/s offered`, cells: await measureRounds(setup, [load]) };
  });
}

/** Starts the peer, the sources and the bundle in turn. */
function measureStartUp({ plan }: Bench): Promise<Cell[]> {
  return withBackend('ack-0ms', async (backend) => {
    const servers = ['express-put', 'stampede-unbundled', 'stampede'] as const;
    const started = servers.map((server) => ({ server, samples: [] as Sample[] }));
    // One more than is kept: the first start reads the files from disk and fills compile caches.
    for (let round = 0; round <= plan.startUps; round++)
      for (const { server, samples } of started) {
        const { startUpMs, stop } = await startServer(server, backend.endpoint);
        await stop();
        if (round > 0) samples.push({ startUpMs });
      }
    return started.map(({ server, samples }) => ({ ...keyOf(server, backend), samples }));
  });
}

/** Lets a fresh process answer requests and reads its memory at each number of requests of the plan. */
function measureMemory({ plan, generator }: Bench): Promise<Cell[]> {
  return withBackend('ack-0ms', async (backend) => {
    const cells: Cell[] = [];
    const { port, pids, stop } = await startServer('stampede', backend.endpoint);
    let answered = 0;
    for (const afterRequests of plan.memoryAfter) {
      while (answered < afterRequests) {
        const requests = Math.min(MEMORY_STEP, afterRequests - answered);
        await generator.run({ port, path: TIMESTAMPS_PATH, status: 201, ...usual, warmUpMs: 0, windowMs: 0, requests });
        answered += requests;
      }
      const samples = [{ residentBytes: residentBytes(pids[0] as number) }];
      cells.push({ ...keyOf('stampede', backend), afterRequests, samples });
    }
    await stop();
    return cells;
  });
}
