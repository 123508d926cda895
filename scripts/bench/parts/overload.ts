import { PROD } from '../commit-windows.ts';
import { type Bench, measureRounds, startServers, withRounds } from '../measure.ts';
import type { Measurement } from '../results.ts';

/**
 * As many clients as reach the peak, and multiples of them. Each sends its next request as soon as it has an answer,
 * or one to two seconds after a refusal, which asks for a second. A fixed rate cannot be offered here: ten times the peak
 * is more than the generator can send.
 */
export async function measureOverload({ plan, generator }: Bench): Promise<Measurement> {
  await using cleanup = new AsyncDisposableStack();
  const { clients, factors } = plan.overload;
  const bench = { plan: withRounds(plan, 1 / 2), generator };
  const setup = await startServers(cleanup, bench, 'tls-4ms', [PROD]);
  // Admission needs some seconds to follow the load.
  const common = { warmUpMs: 4 * plan.serverWarmUpMs, windowMs: 2 * plan.windowMs, withMemory: true };
  const loads = factors.map((factor) => ({ connections: factor * clients, ...common }));
  return {
    title: `Overload: ${factors.join(', ')} times ${clients} clients`,
    cells: await measureRounds(setup, loads),
  };
}
