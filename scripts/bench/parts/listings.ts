import { PROD } from '../commit-windows.ts';
import { type Bench, measureRounds, startServers, USUAL, withRounds } from '../measure.ts';
import type { Measurement } from '../results.ts';

/** As many listings as one worker serves at the same time. */
export const LISTING_CONNECTIONS = 4;

/**
 * Reads pages of timestamps that were recorded before. Both servers read from dynalite, which is slower than either;
 * it limits the pages per second, not the CPU time that a page takes.
 */
export async function measureListings({ plan, generator }: Bench): Promise<Measurement> {
  await using cleanup = new AsyncDisposableStack();
  const bench = { plan: withRounds(plan, 1 / 2), generator };
  const setup = await startServers(cleanup, bench, 'dynalite', ['express-list', PROD]);
  const requests = 2 * Math.max(...plan.pageSizes);
  for (const { port, path } of setup.running)
    await generator.run({ port, path, ...USUAL, warmUpMs: 0, windowMs: 0, requests });
  const loads = plan.pageSizes.map((pageSize) => ({
    connections: LISTING_CONNECTIONS,
    pageSize,
    windowMs: 2 * plan.windowMs,
  }));
  const title =
    'Pages of a listing: each request reads one. One item per timestamp under the key of its day can be read with one ' +
    'query, but accepts only 1,000 timestamps a second';
  return { title, cells: await measureRounds(setup, loads) };
}
