import { startBackend } from '../backends/backends.ts';
import type { Bench } from '../measure.ts';
import type { Measurement, Sample } from '../results.ts';
import { keyOf, startServer } from '../servers.ts';

/** Starts the peer, the sources and the bundle in turn. */
export async function measureStartUp({ plan }: Bench): Promise<Measurement> {
  await using cleanup = new AsyncDisposableStack();
  const backend = await startBackend(cleanup, 'ack-0ms');
  const servers = ['express-put', 'stampede-unbundled', 'stampede'] as const;
  const cells = servers.map((server) => ({ ...keyOf(server, backend), samples: [] as Sample[] }));
  // One more than is kept: the first start reads the files from disk and fills compile caches.
  for (let round = 0; round <= plan.startUps; round++)
    for (const { server, samples } of cells) {
      await using stop = new AsyncDisposableStack();
      const { startUpMs } = await startServer(stop, server, backend);
      if (round > 0) samples.push({ startUpMs });
    }
  return { title: 'Start-up, from exec to the first 200', cells };
}
