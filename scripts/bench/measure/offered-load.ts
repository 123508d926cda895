import { EXPRESS, STAMPEDE } from '../servers.ts';
import { median } from '../statistics.ts';
import type { Cell } from './matrix.ts';
import { type Bench, USUAL_CONNECTIONS } from './plan.ts';
import { measureWindow, type Sample } from './window.ts';
import { withBackend, withServers } from './with-servers.ts';

/** Both servers at the same offered rate, which the peer can carry. */
export interface OfferedLoad {
  readonly ratePerSecond: number;
  readonly cells: readonly Cell[];
}

const BACKEND = 'ack-4ms';

/** Share of what the peer does at most: busy, but not queueing without end. */
const SHARE_OF_PEER = 0.6;

/** Offers Express + PutItem and Stampede the same rate; latencies count from when a request was due. */
export function measureOfferedLoad(bench: Bench): Promise<OfferedLoad> {
  const { plan, generator } = bench;
  console.error('The same offered load ...');
  return withBackend(BACKEND, (backend) =>
    withServers(bench, [EXPRESS, STAMPEDE], backend, async (running) => {
      const shape = { ...plan, connections: USUAL_CONNECTIONS };
      const [peer] = running as [(typeof running)[number]];
      const most: number[] = [];
      for (let round = 0; round < plan.rounds; round++)
        most.push((await measureWindow(peer, backend, generator, shape)).requestsPerS);
      const ratePerSecond = Math.max(100, Math.round((median(most) * SHARE_OF_PEER) / 100) * 100);
      const samples: Sample[][] = running.map(() => []);
      for (let round = 0; round < plan.rounds; round++)
        for (const [index, each] of running.entries())
          samples[index]?.push(
            await measureWindow(each, backend, generator, { ...shape, windowMs: 2 * plan.windowMs, ratePerSecond }),
          );
      const cells = running.map(({ server }, index) => ({
        server: server.name,
        backend: BACKEND,
        connections: USUAL_CONNECTIONS,
        samples: samples[index] ?? [],
      }));
      return { ratePerSecond, cells };
    }),
  );
}
