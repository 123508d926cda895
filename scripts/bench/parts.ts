import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { captureQuietly, run } from '../cli/run.ts';
import { type BackendName, startBackend } from './backends/backends.ts';
import { judge } from './goals.ts';
import { type Bench, type LoadShape, measureRounds, startServers, USUAL } from './measure.ts';
import { PINNED, residentBytes } from './process.ts';
import { type Cell, type Measurement, median, type Results, type Sample, summarizeCells } from './results.ts';
import { keyOf, SERVERS, type ServerName, serverWithWindow, startServer } from './servers.ts';

/** The servers of the comparison, the most expensive first. */
const COMPARED = ['express-get-put-get', 'express-put', 'fastify-put', 'node-put', 'stampede', 'node-bare'] as const;

/** Share of the most that Express + PutItem can do: busy, but with queues that do not grow. */
const OFFERED_SHARE = 0.6;

/** Requests of one load: so few that also a slow server on a busy machine ends within the generator's deadline. */
const MEMORY_STEP = 5_000;

const WORKERS = `pm2 with ${SERVERS['stampede-under-pm2'].workers} workers`;
const SHORT_CUTS = 'Stampede with and without its short cuts past Express and past the AWS SDK';

/** The parts of the benchmark by name, in the order of the report. */
export const PARTS: Readonly<Record<string, (bench: Bench) => Promise<Measurement>>> = {
  headroom: (bench) => measureOn(bench, ['ack-0ms'], ['fixed-answer'], 'The limit of the load generator', [USUAL]),
  matrix: (bench) => measureOn(bench, bench.plan.backends, COMPARED, 'One process'),
  workers: (bench) => measureOn(bench, ['ack-0ms', 'ack-4ms'], ['stampede-under-pm2'], WORKERS),
  'offered-load': measureOfferedLoad,
  window: measureWindows,
  'short-cuts': ({ plan, generator }) => {
    const bench = { plan: { ...plan, rounds: 2 * plan.rounds }, generator };
    const servers = ['stampede', 'stampede-through-express', 'stampede-by-sdk'] as const;
    return measureOn(bench, ['ack-0ms'], servers, SHORT_CUTS, [USUAL]);
  },
  'direct-put': ({ plan, generator }) => {
    const loads = [{ connections: 256, ratePerSecond: 333, windowMs: 2 * plan.windowMs }, USUAL, { connections: 256 }];
    const servers = ['stampede-window-50', 'stampede-window-50-by-sdk'] as const;
    return measureOn({ plan, generator }, ['tls-4ms'], servers, 'Direct puts and the SDK, over TLS', loads);
  },
  'start-up': measureStartUp,
  memory: measureMemory,
};

/** Measures servers on one backend after the other. */
async function measureOn(
  bench: Bench,
  backends: readonly BackendName[],
  servers: readonly ServerName[],
  title: string,
  loads: readonly LoadShape[] = bench.plan.connections.map((connections) => ({ connections })),
): Promise<Measurement> {
  const cells: Cell[] = [];
  for (const backend of backends) {
    await using cleanup = new AsyncDisposableStack();
    cells.push(...(await measureRounds(await startServers(cleanup, bench, backend, servers), loads)));
  }
  return { title, cells };
}

/** Offers Express + PutItem and Stampede the same rate. */
async function measureOfferedLoad(bench: Bench): Promise<Measurement> {
  await using cleanup = new AsyncDisposableStack();
  const setup = await startServers(cleanup, bench, 'ack-4ms', ['express-put', 'stampede']);
  const [most] = await measureRounds({ ...setup, running: setup.running.slice(0, 1) }, [USUAL]);
  const carried = median(most?.samples.map(({ requestsPerS = NaN }) => requestsPerS) ?? []);
  const ratePerSecond = Math.max(100, Math.round((carried * OFFERED_SHARE) / 100) * 100);
  const load = { ...USUAL, ratePerSecond, windowMs: 2 * bench.plan.windowMs };
  return { title: `${ratePerSecond} requests/s offered`, cells: await measureRounds(setup, [load]) };
}

/** Enough connections that a request never waits for one: 10,000 requests a second, each of 25 ms. */
const WINDOW_CONNECTIONS = 256;

/** Offers each commit window the same rates. A third of the rounds, because each has a cell per rate and window. */
async function measureWindows({ plan, generator }: Bench): Promise<Measurement> {
  await using cleanup = new AsyncDisposableStack();
  const bench = { plan: { ...plan, rounds: Math.ceil(plan.rounds / 3) }, generator };
  const setup = await startServers(cleanup, bench, 'ack-4ms', plan.commitWindows.map(serverWithWindow));
  const loads = plan.offeredRates.map((ratePerSecond) => ({
    connections: WINDOW_CONNECTIONS,
    ratePerSecond,
    windowMs: 2 * plan.windowMs,
  }));
  return { title: 'Commit windows, by offered rate', cells: await measureRounds(setup, loads) };
}

/** Starts the peer, the sources and the bundle in turn. */
async function measureStartUp({ plan }: Bench): Promise<Measurement> {
  await using cleanup = new AsyncDisposableStack();
  const backend = await startBackend(cleanup, 'ack-0ms');
  const servers = ['express-put', 'stampede-unbundled', 'stampede'] as const;
  const cells = servers.map((server) => ({ ...keyOf(server, backend), samples: [] as Sample[] }));
  // One more than is kept: the first start reads the files from disk and fills compile caches.
  for (let round = 0; round <= plan.startUps; round++)
    for (const { server, samples } of cells) {
      await using stop = new AsyncDisposableStack();
      const { startUpMs } = await startServer(stop, server, backend);
      if (round > 0) samples.push({ startUpMs });
    }
  return { title: 'Start-up, from exec to the first 200', cells };
}

/** Lets a fresh process answer requests and reads its memory at each number of requests of the plan. */
async function measureMemory({ plan, generator }: Bench): Promise<Measurement> {
  await using cleanup = new AsyncDisposableStack();
  const backend = await startBackend(cleanup, 'ack-0ms');
  const { port, path, pids } = await startServer(cleanup, 'stampede', backend);
  const cells: Cell[] = [];
  let answered = 0;
  for (const afterRequests of plan.memoryAfter) {
    while (answered < afterRequests) {
      const requests = Math.min(MEMORY_STEP, afterRequests - answered);
      await generator.run({ port, path, ...USUAL, warmUpMs: 0, windowMs: 0, requests });
      answered += requests;
    }
    const samples = [{ residentBytes: residentBytes(pids[0] as number) }];
    cells.push({ ...keyOf('stampede', backend), afterRequests, samples });
  }
  return { title: 'Resident memory', cells };
}

const scripts = join(import.meta.dirname, '..');

/** Builds the bundle and installs the peers, so that what is measured is what the sources contain. */
export async function prepare(): Promise<void> {
  await run([process.execPath, join(scripts, 'build.ts')]);
  await run([process.execPath, join(scripts, 'cli/install-if-needed.js')], { cwd: import.meta.dirname });
}

/** Measures every part. `skipped` has the backends that cannot run here, and why. */
export async function measureAll(bench: Bench, skipped: Results['skipped']) {
  const [loadBefore = NaN] = loadavg();
  const rounds: Record<string, Measurement> = {};
  for (const [name, measure] of Object.entries(PARTS)) rounds[name] = await measure(bench);
  const [loadAfter = NaN] = loadavg();
  const results: Results = {
    circumstances: {
      measuredAt: new Date().toISOString(),
      commit: (await captureQuietly(['git', 'describe', '--always', '--dirty', '--abbrev=12'])).trim(),
      node: process.version,
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      pinned: PINNED,
      loadBefore,
      loadAfter,
      rounds: bench.plan.rounds,
      windowMs: bench.plan.windowMs,
    },
    skipped,
    goals: judge(rounds),
    parts: Object.fromEntries(Object.entries(rounds).map(([name, part]) => [name, summarizeCells(part)])),
  };
  return { rounds, results };
}
