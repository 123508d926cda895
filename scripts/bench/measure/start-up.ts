import { startServer } from '../processes/server.ts';
import { EXPRESS, STAMPEDE, STAMPEDE_UNBUNDLED } from '../servers.ts';
import type { Bench } from './plan.ts';
import { withBackend } from './with-servers.ts';

/** Milliseconds from exec to the first 200, a sample per round. */
export interface StartUp {
  readonly server: string;
  readonly title: string;
  readonly samplesMs: readonly number[];
}

/** Starts the bundle, the sources and the peer in turn. */
export function measureStartUp({ plan }: Bench): Promise<StartUp[]> {
  console.error(`Start-up: ${plan.startUps} times each ...`);
  const servers = [EXPRESS, STAMPEDE_UNBUNDLED, STAMPEDE];
  return withBackend('ack-0ms', async ({ endpoint }) => {
    const samples: number[][] = servers.map(() => []);
    // One more than is kept: the first start reads the files from disk and fills compile caches.
    for (let round = 0; round <= plan.startUps; round++) {
      for (const [index, server] of servers.entries()) {
        const running = await startServer(server, endpoint);
        await running.stop();
        if (round > 0) samples[index]?.push(running.startUpMs);
      }
    }
    return servers.map(({ name, title }, index) => ({ server: name, title, samplesMs: samples[index] ?? [] }));
  });
}
