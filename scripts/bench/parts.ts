import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { captureQuietly, run } from '../cli/run.ts';
import { judge } from './goals.ts';
import { type Bench, USUAL } from './measure.ts';
import { measureListings } from './parts/listings.ts';
import { measureMemory } from './parts/memory.ts';
import { measureMixedOverload } from './parts/mixed-overload.ts';
import { measureOfferedLoad, measureWindows } from './parts/offered-load.ts';
import { measureMatrix, measureOn } from './parts/on-backends.ts';
import { measureOverload } from './parts/overload.ts';
import { measureStartUp } from './parts/start-up.ts';
import { PINNED } from './process.ts';
import { type Measurement, type Results, summarizeCells } from './results.ts';
import { SERVERS } from './servers.ts';

const WORKERS = `pm2 with ${SERVERS['stampede-under-pm2'].workers} workers, on all processors: generator and backend share them`;
const SHORT_CUTS = 'Stampede with and without its short cuts past Express and past the AWS SDK';

/** The parts of the benchmark by name, in the order of the report. */
export const PARTS: Readonly<Record<string, (bench: Bench) => Promise<Measurement>>> = {
  headroom: (bench) => measureOn(bench, ['ack-0ms'], ['fixed-answer'], 'The limit of the load generator', [USUAL]),
  matrix: measureMatrix,
  workers: (bench) => {
    // No other server takes turns: a forecast that still expects the previous load would keep a lone client waiting.
    const warmUpMs = bench.plan.serverWarmUpMs + bench.plan.warmUpMs;
    const loads = bench.plan.connections.map((connections) => ({ connections, warmUpMs }));
    return measureOn(bench, ['tls-4ms'], ['stampede-under-pm2'], WORKERS, loads);
  },
  'offered-load': measureOfferedLoad,
  window: measureWindows,
  listings: measureListings,
  overload: measureOverload,
  'mixed-overload': measureMixedOverload,
  'short-cuts': (bench) => {
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

const scripts = join(import.meta.dirname, '..');

/** Builds the bundle and installs the peers, so that what is measured is what the sources contain. */
export async function prepare(): Promise<void> {
  await run([process.execPath, join(scripts, 'build.ts')]);
  await run([process.execPath, join(scripts, 'install/if-needed.js')], { cwd: import.meta.dirname });
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
