import { join } from 'node:path';
import { TIMESTAMPS_PATH } from '../../../server/contract.ts';
import { startServer } from '../processes/server.ts';
import { type Bench, USUAL_CONNECTIONS } from './plan.ts';

/** A server that does nothing: what is left is the generator's own limit. */
const FIXED_ANSWER = {
  name: 'fixed-answer',
  title: 'fixed answer',
  args: [join(import.meta.dirname, '../load/fixed-answer.js')],
};

/** The most requests per second that the generator has sent, a sample per round. */
export async function measureHeadroom({ plan, generator }: Bench): Promise<readonly number[]> {
  console.error('What the load generator can do ...');
  const { port, stop } = await startServer(FIXED_ANSWER, '');
  const rates: number[] = [];
  try {
    for (let round = 0; round < plan.rounds; round++) {
      const load = { port, path: TIMESTAMPS_PATH, status: 201, ...plan, connections: USUAL_CONNECTIONS };
      const { requests, wallMs } = await generator.run(load);
      rates.push((requests * 1000) / wallMs);
    }
  } finally {
    await stop();
  }
  return rates;
}
