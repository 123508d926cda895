import { BACKENDS } from '../backends/backend.ts';
import type { ServerUnderTest } from '../servers.ts';
import type { Bench } from './plan.ts';
import { measureWindow, type Sample } from './window.ts';
import { withBackend, withServers } from './with-servers.ts';

/** One server on one backend with so many connections: a sample per round. */
export interface Cell {
  readonly server: string;
  readonly backend: string;
  readonly connections: number;
  readonly samples: readonly Sample[];
}

/**
 * Measures each server on each backend with each number of connections. All servers of a backend run side by side and
 * take turns within a round, so that what else the machine does falls on all of them; each round begins with another.
 */
export async function measureMatrix(bench: Bench, servers: readonly ServerUnderTest[]): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const name of bench.plan.backends) cells.push(...(await measureBackend(bench, servers, name)));
  return cells;
}

async function measureBackend(bench: Bench, servers: readonly ServerUnderTest[], name: string): Promise<Cell[]> {
  const { plan, generator } = bench;
  const samples = new Map<string, Sample[]>();
  console.error(`${BACKENDS[name]?.title}: ${plan.rounds} rounds of ${servers.length} servers ...`);
  await withBackend(name, (backend) =>
    withServers(bench, servers, backend, async (running) => {
      for (let round = 0; round < plan.rounds; round++) {
        for (const connections of plan.connections) {
          for (const turn of running.keys()) {
            const each = running[(turn + round) % running.length] as (typeof running)[number];
            const sample = await measureWindow(each, backend, generator, { ...plan, connections });
            const key = JSON.stringify([each.server.name, connections]);
            samples.set(key, [...(samples.get(key) ?? []), sample]);
          }
        }
      }
    }),
  );
  return Array.from(samples, ([key, list]) => {
    const [server, connections] = JSON.parse(key) as [string, number];
    return { server, backend: name, connections, samples: list };
  });
}
