import { join } from 'node:path';
import { OperatorError } from '../cli/errors.ts';
import { BACKEND_NAMES, type BackendName, startBackend } from './backends/backends.ts';
import { COMMIT_WINDOWS, type CommitWindow } from './commit-windows.ts';
import type { Load, LoadReport } from './load/generator.ts';
import { BenchProcess, type Cleanup, cpuMicros, residentBytes } from './process.ts';
import type { Cell, Sample } from './results.ts';
import { keyOf, type RunningServer, SERVERS, type ServerName, startServer } from './servers.ts';

/** The load of figures that are measured with one load only. */
export const USUAL = { connections: 64 };

export const FULL_PLAN = {
  rounds: 7,
  connections: [1, USUAL.connections, 256],
  backends: BACKEND_NAMES as readonly BackendName[],
  serverWarmUpMs: 1_000, // load on a fresh server, so that V8 has compiled what is measured later
  warmUpMs: 200, // load before each window, so that queues have their usual length
  windowMs: 1_000,
  startUps: 5,
  offeredRates: [10, 100, 333, 1_000, 3_000, 10_000], // requests per second, for each commit window
  commitWindows: COMMIT_WINDOWS as readonly CommitWindow[],
  pageSizes: [20, 1_000], // records of a page of a listing
  listedTimestamps: 20_000, // recorded before they are listed under mixed overload
  overload: { clients: 800, factors: [1, 2, 5, 10] }, // clients that reach the peak, and multiples
  memoryAfter: [10_000, 20_000, 50_000, 100_000], // requests after which memory is read, ascending
};

/** How much is measured. */
export type Plan = Readonly<typeof FULL_PLAN>;

/** The plan with fewer rounds, for parts with many cells. */
export function withRounds(plan: Plan, share: number): Plan {
  return { ...plan, rounds: Math.ceil(plan.rounds * share) };
}

/** For CI: shows that each part works and says nothing about speed. */
export const SMOKE_PLAN: Plan = {
  rounds: 1,
  connections: [1, USUAL.connections, 256],
  backends: ['ack-0ms', 'tls-4ms', 'dynalite'],
  serverWarmUpMs: 100,
  warmUpMs: 50,
  windowMs: 100,
  startUps: 1,
  offeredRates: [100, 1_000],
  commitWindows: [0, 50],
  pageSizes: [20, 100],
  listedTimestamps: 2_000,
  overload: { clients: 128, factors: [1, 2] },
  memoryAfter: [500, 1_000],
};

/** The load generator's process. */
export class Generator extends BenchProcess {
  constructor() {
    const file = join(import.meta.dirname, 'load/generator.ts');
    super({ role: 'generator', line: [process.execPath, file], channel: true });
  }

  /** Puts a load on a server; `onMeasuring` is called when the warm-up is over. */
  async run(load: Load, onMeasuring?: () => Promise<void>): Promise<LoadReport> {
    this.send(load);
    await this.nextMessage<'measuring'>();
    await onMeasuring?.();
    return this.nextMessage<LoadReport>();
  }
}

/** What every measurement needs. */
export interface Bench {
  readonly plan: Plan;
  readonly generator: Generator;
}

/** Servers that run on one backend. */
type Setup = Awaited<ReturnType<typeof startServers>>;

/** How a server is loaded; the rest is as the plan says. */
export interface LoadShape
  extends Pick<Load, 'connections'>,
    Partial<Pick<Load, 'ratePerSecond' | 'windowMs' | 'warmUpMs'>> {
  /** Each request reads a page of this many records. @default - each request records a timestamp */
  readonly pageSize?: number;
  /** Also read the memory of the server after each window. @default false */
  readonly withMemory?: boolean;
}

/** Starts servers on a backend and warms them up; `cleanup` stops them. */
export async function startServers(cleanup: Cleanup, bench: Bench, on: BackendName, names: readonly ServerName[]) {
  console.error(`${on}: ${names.join(', ')} ...`);
  const backend = await startBackend(cleanup, on);
  const running: RunningServer[] = [];
  for (const name of names) running.push(await startServer(cleanup, name, backend));
  const setup = { ...bench, backend, running };
  // With one connection as well: under load group commit calls the database seldom, and V8 would not compile that.
  for (const server of running)
    for (const connections of [1, USUAL.connections])
      await measureWindow(setup, server, { connections, warmUpMs: 0, windowMs: bench.plan.serverWarmUpMs });
  return setup;
}

/**
 * Measures each server under each load in every round. The servers take turns within a round and each round begins with
 * another one, so that a slow moment of the machine affects all of them.
 */
export async function measureRounds(setup: Setup, loads: readonly LoadShape[]): Promise<Cell[]> {
  const { running, backend, plan } = setup;
  const cells = loads.map(({ connections, ratePerSecond, pageSize }) =>
    running.map(({ name }) => ({
      ...keyOf(name, backend),
      connections,
      ...(pageSize !== undefined && { pageSize }),
      ...(ratePerSecond !== undefined && { offeredPerS: ratePerSecond }),
      samples: [] as Sample[],
    })),
  );
  for (let round = 0; round < plan.rounds; round++)
    for (const [index, load] of loads.entries())
      for (const turn of running.keys()) {
        const next = (turn + round) % running.length;
        cells[index]?.[next]?.samples.push(await measureWindow(setup, running[next] as RunningServer, load));
      }
  return cells.flat();
}

/** Puts load on a server for one window and reads what it cost the server and the backend. */
async function measureWindow(
  { plan: { warmUpMs, windowMs }, generator, backend }: Setup,
  { name, path, port, pids }: RunningServer,
  { pageSize, withMemory, ...shape }: LoadShape,
): Promise<Sample> {
  const readCounters = async () => ({
    cpuMicros: pids.reduce((sum, pid) => sum + cpuMicros(pid), 0),
    ...(await backend.sums()),
  });
  let before = await readCounters();
  const target = pageSize === undefined ? { path } : ({ method: 'GET', path: `${path}?limit=${pageSize}` } as const);
  const load = { port, ...target, warmUpMs, windowMs, ...shape };
  const {
    requests,
    refused,
    unexpected,
    longestMs: _,
    ...figures
  } = await generator.run(load, async () => {
    before = await readCounters();
  });
  const after = await readCounters();
  if (unexpected > 0 || requests === 0)
    throw new OperatorError(
      `${SERVERS[name].title} answered ${requests} requests as expected, ${refused} with 503 and ${unexpected} with something else; expected 201 or 200, and 503 only under overload`,
    );
  const units = after.writeUnits - before.writeUnits;
  return {
    ...figures,
    cpuMicrosPerRequest: (after.cpuMicros - before.cpuMicros) / requests,
    ...(units > 0 && {
      timestampsPerWriteUnit: requests / units,
      bytesPerTimestamp: (after.bytes - before.bytes) / requests,
    }),
    refusedShare: refused / (requests + refused),
    ...(withMemory && { residentBytes: pids.reduce((sum, pid) => sum + residentBytes(pid), 0) }),
  };
}
