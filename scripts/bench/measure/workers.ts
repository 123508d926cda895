import { startUnderPm2 } from '../processes/pm2.ts';
import type { Cell } from './matrix.ts';
import type { Bench } from './plan.ts';
import { measureWindow, type Sample } from './window.ts';
import { withBackend } from './with-servers.ts';

/** Stampede under pm2; the CPU is that of all workers and of pm2 itself. */
export interface WorkersResult {
  readonly workers: number;
  readonly cells: readonly Cell[];
}

/** Measures the production set-up on both acknowledging backends, with the plan's numbers of connections. */
export async function measureWorkers({ plan, generator }: Bench): Promise<WorkersResult> {
  const { workers } = plan;
  const cells: Cell[] = [];
  console.error(`pm2 with ${workers} workers ...`);
  for (const name of ['ack-0ms', 'ack-4ms']) {
    await withBackend(name, async (backend) => {
      const running = await startUnderPm2(workers, backend.endpoint);
      try {
        await measureWindow(running, backend, generator, { connections: 64, warmUpMs: 0, windowMs: plan.heatMs });
        for (const connections of plan.connections) {
          const samples: Sample[] = [];
          for (let round = 0; round < plan.rounds; round++)
            samples.push(await measureWindow(running, backend, generator, { ...plan, connections }));
          cells.push({ server: running.server.name, backend: name, connections, samples });
        }
      } finally {
        await running.stop();
      }
    });
  }
  return { workers, cells };
}
