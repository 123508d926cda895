import { PROD, serverWithWindow } from '../commit-windows.ts';
import { type Bench, measureRounds, startServers, USUAL, withRounds } from '../measure.ts';
import { type Measurement, median } from '../results.ts';

/** Share of the most that Express + PutItem can do: busy, but with queues that do not grow. */
const OFFERED_SHARE = 0.6;

/** Offers Express + PutItem and Stampede the same rate. */
export async function measureOfferedLoad(bench: Bench): Promise<Measurement> {
  await using cleanup = new AsyncDisposableStack();
  const setup = await startServers(cleanup, bench, 'tls-4ms', ['express-put', 'stampede', PROD]);
  const [most] = await measureRounds({ ...setup, running: setup.running.slice(0, 1) }, [USUAL]);
  const carried = median(most?.samples.map(({ requestsPerS = NaN }) => requestsPerS) ?? []);
  const ratePerSecond = Math.max(100, Math.round((carried * OFFERED_SHARE) / 100) * 100);
  const load = { ...USUAL, ratePerSecond, windowMs: 2 * bench.plan.windowMs };
  const cells = await measureRounds(setup, [load]);
  return { title: `${ratePerSecond} requests/s offered`, cells };
}

/** Enough connections that a request never waits for one: 10,000 requests a second, each of 25 ms. */
export const WINDOW_CONNECTIONS = 256;

/** Offers each commit window the same rates. A third of the rounds, because each has a cell per rate and window. */
export async function measureWindows({ plan, generator }: Bench): Promise<Measurement> {
  await using cleanup = new AsyncDisposableStack();
  const bench = { plan: withRounds(plan, 1 / 3), generator };
  const setup = await startServers(cleanup, bench, 'tls-4ms', plan.commitWindows.map(serverWithWindow));
  const loads = plan.offeredRates.map((ratePerSecond) => ({
    connections: WINDOW_CONNECTIONS,
    ratePerSecond,
    windowMs: 2 * plan.windowMs,
  }));
  const cells = await measureRounds(setup, loads);
  const named = cells.map((cell) =>
    cell.server === serverWithWindow(0) ? { ...cell, title: 'Stampede, no commit window' } : cell,
  );
  return { title: 'Commit windows, by offered rate', cells: named };
}
