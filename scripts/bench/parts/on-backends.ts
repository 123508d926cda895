import { type BackendName, isDatabase } from '../backends/backends.ts';
import { PROD } from '../commit-windows.ts';
import { type Bench, type LoadShape, measureRounds, startServers, USUAL } from '../measure.ts';
import type { Cell, Measurement } from '../results.ts';
import type { ServerName } from '../servers.ts';

/** The servers of the comparison, the most expensive first. */
const COMPARED = ['express-get-put-get', 'express-put', 'fastify-put', 'node-put', 'stampede', PROD] as const;

/** Measures servers on one backend after the other. */
export async function measureOn(
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

/**
 * One process of every server of the comparison. Only the limit case also has the server without a database. A real
 * database is slower than the servers, so one load is enough there.
 */
export async function measureMatrix(bench: Bench): Promise<Measurement> {
  const title = 'One process';
  const cells: Cell[] = [];
  for (const backend of bench.plan.backends) {
    const servers = backend === 'ack-0ms' ? [...COMPARED, 'node-bare' as const] : COMPARED;
    const loads = isDatabase(backend) ? [USUAL] : undefined;
    cells.push(...(await measureOn(bench, [backend], servers, title, loads)).cells);
  }
  return { title, cells };
}
