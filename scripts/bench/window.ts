import { OperatorError } from '../cli/errors.ts';
import { type Backend, type BackendName, withBackend } from './backends/backends.ts';
import type { Load } from './load/load.ts';
import { type Bench, USUAL_CONNECTIONS } from './plan.ts';
import { cpuMicros } from './process.ts';
import type { Cell, Sample } from './results.ts';
import { SERVERS, type ServerName } from './servers.ts';
import { type RunningServer, startServer } from './start-server.ts';

/** Servers that run on one backend. */
export interface Setup {
  readonly bench: Bench;
  readonly backend: Backend;
  readonly running: readonly RunningServer[];
}

/** How a server is loaded; the rest is as the plan says. */
export type LoadShape = Pick<Load, 'connections'> & Partial<Pick<Load, 'warmUpMs' | 'windowMs' | 'ratePerSecond'>>;

/** Runs `use` with servers that have warmed up, and stops them and the backend in any case. */
export function withServers<T>(
  bench: Bench,
  backendName: BackendName,
  servers: readonly ServerName[],
  use: (setup: Setup) => Promise<T>,
): Promise<T> {
  console.error(`${backendName}: ${servers.join(', ')} ...`);
  return withBackend(backendName, async (backend) => {
    const running: RunningServer[] = [];
    const setup = { bench, backend, running };
    try {
      for (const server of servers) running.push(await startServer(server, backend.endpoint));
      // With one connection as well: under load group commit calls the database seldom, and V8 would not compile that.
      for (const server of running)
        for (const connections of [1, USUAL_CONNECTIONS])
          await measureWindow(setup, server, { connections, warmUpMs: 0, windowMs: bench.plan.serverWarmUpMs });
      return await use(setup);
    } finally {
      await Promise.all(running.map((server) => server.stop()));
    }
  });
}

/**
 * Measures each server under each load in every round. The servers take turns within a round and each round begins with
 * another one, so that a slow moment of the machine affects all of them.
 */
export async function measureRounds(setup: Setup, loads: readonly LoadShape[]): Promise<Cell[]> {
  const { running, backend, bench } = setup;
  const groups = loads.map((load) => ({ load, samples: running.map((): Sample[] => []) }));
  for (let round = 0; round < bench.plan.rounds; round++)
    for (const { load, samples } of groups)
      for (const turn of running.keys()) {
        const index = (turn + round) % running.length;
        samples[index]?.push(await measureWindow(setup, running[index] as RunningServer, load));
      }
  return groups.flatMap(({ load: { connections }, samples }) =>
    running.map(({ name }, index) => ({ ...keyOf(name, backend), connections, samples: samples[index] ?? [] })),
  );
}

/** What identifies a cell of a server on a backend. */
export function keyOf(server: ServerName, backend: Backend) {
  return { server, title: SERVERS[server].title, backend: backend.name };
}

/** Puts load on a server for one window and reads what it cost the server and the backend. */
async function measureWindow(
  { bench: { plan, generator }, backend }: Setup,
  { name, path, port, pids }: RunningServer,
  shape: LoadShape,
): Promise<Sample> {
  const readCounters = async () => ({
    cpuMicros: pids.reduce((sum, pid) => sum + cpuMicros(pid), 0),
    ...(await backend.sums()),
  });
  const { warmUpMs, windowMs } = plan;
  const load = { port, path, status: 201, warmUpMs, windowMs, ...shape };
  let before = await readCounters();
  const { requests, refused, unexpected, ...figures } = await generator.run(load, async () => {
    before = await readCounters();
  });
  const after = await readCounters();
  if (unexpected > 0 || requests === 0)
    throw new OperatorError(
      `${SERVERS[name].title} answered ${requests} requests with 201, ${refused} with 503 and ${unexpected} with something else; expected 201, and 503 only now and then`,
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
  };
}
