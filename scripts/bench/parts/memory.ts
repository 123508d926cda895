import { startBackend } from '../backends/backends.ts';
import { type Bench, USUAL } from '../measure.ts';
import { residentBytes } from '../process.ts';
import type { Cell, Measurement } from '../results.ts';
import { keyOf, startServer } from '../servers.ts';

/** Requests of one load: so few that also a slow server on a busy machine ends within the generator's deadline. */
const MEMORY_STEP = 5_000;

/** Lets a fresh process answer requests and reads its memory at each number of requests of the plan. */
export async function measureMemory({ plan, generator }: Bench): Promise<Measurement> {
  await using cleanup = new AsyncDisposableStack();
  const backend = await startBackend(cleanup, 'ack-0ms');
  const { port, path, pids } = await startServer(cleanup, 'stampede', backend);
  const cells: Cell[] = [];
  let answered = 0;
  for (const afterRequests of plan.memoryAfter) {
    while (answered < afterRequests) {
      const requests = Math.min(MEMORY_STEP, afterRequests - answered);
      await generator.run({ port, path, ...USUAL, warmUpMs: 0, windowMs: 0, requests });
      answered += requests;
    }
    const samples = [{ residentBytes: residentBytes(pids[0] as number) }];
    cells.push({ ...keyOf('stampede', backend), afterRequests, samples });
  }
  return { title: 'Resident memory', cells };
}
