import { HEALTH_PATH, TIMESTAMPS_PATH } from '../../../server/contract.ts';
import { OperatorError } from '../../cli/errors.ts';
import { PROD } from '../commit-windows.ts';
import type { Load } from '../load/generator.ts';
import { type Bench, Generator, startServers, USUAL, withRounds } from '../measure.ts';
import type { Cell, Measurement, Sample } from '../results.ts';
import { keyOf } from '../servers.ts';

/** The requests of the cells. */
export const REQUESTS = { health: `GET ${HEALTH_PATH}`, post: `POST ${TIMESTAMPS_PATH}`, list: 'GET /app?limit=1000' };

/** As many clients that record at the same time fill whole blocks. */
const FILLING_CLIENTS = 1_000;

/**
 * Clients that list full blocks and repeat a refused listing at once, clients that record, and
 * health checks.
 */
export async function measureMixedOverload({ plan, generator }: Bench): Promise<Measurement> {
  await using cleanup = new AsyncDisposableStack();
  const { rounds, serverWarmUpMs, windowMs } = withRounds(plan, 1 / 2);
  const { running, backend } = await startServers(cleanup, { plan, generator }, 'dynalite', [PROD]);
  const { port = NaN, path = '' } = running[0] ?? {};
  const filling = { port, path, warmUpMs: 0, windowMs: 0, requests: plan.listedTimestamps };
  await generator.run({ ...filling, connections: FILLING_CLIENTS });
  const filled = encodeURIComponent(new Date().toISOString());
  const loads: Record<
    keyof typeof REQUESTS,
    Pick<Load, 'path' | 'method' | 'connections' | 'ratePerSecond' | 'isImpatient'>
  > = {
    health: { method: 'GET', path: HEALTH_PATH, connections: 8, ratePerSecond: 50 },
    post: { path, ...USUAL },
    list: { method: 'GET', path: `${path}?limit=1000&to=${filled}`, ...USUAL, isImpatient: true },
  };
  const cells = Object.entries(loads).map(([name, load]) => ({
    load,
    generator: cleanup.use(new Generator()),
    cell: {
      ...keyOf(PROD, backend),
      request: REQUESTS[name as keyof typeof REQUESTS],
      connections: load.connections,
      ...(load.ratePerSecond !== undefined && { offeredPerS: load.ratePerSecond }),
      samples: [] as Sample[],
    },
  }));
  for (let round = 0; round < rounds; round++)
    await Promise.all(
      cells.map(async ({ load, generator, cell }) => {
        const timing = { warmUpMs: serverWarmUpMs, windowMs: 2 * windowMs };
        const { requests, refused, unexpected, ...figures } = await generator.run({ port, ...load, ...timing });
        if (unexpected > 0)
          throw new OperatorError(
            `${cell.request} was answered ${unexpected} times with neither success nor 503 under mixed overload`,
          );
        cell.samples.push({ ...figures, refusedShare: refused / (requests + refused) });
      }),
    );
  const title = `Mixed overload: ${USUAL.connections} clients list blocks of up to ${FILLING_CLIENTS.toLocaleString('en')} timestamps, ${USUAL.connections} record`;
  return { title, cells: cells.map(({ cell }): Cell => cell) };
}
