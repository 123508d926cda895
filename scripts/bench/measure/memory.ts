import { TIMESTAMPS_PATH } from '../../../server/contract.ts';
import { startServer } from '../processes/server.ts';
import { residentBytes } from '../processes/usage.ts';
import { STAMPEDE } from '../servers.ts';
import { type Bench, USUAL_CONNECTIONS } from './plan.ts';
import { withBackend } from './with-servers.ts';

/** Resident memory of a fresh process after so many requests. */
export interface MemoryReading {
  readonly server: string;
  readonly requests: number;
  readonly residentBytes: number;
}

/** Requests of one load: few enough that also a slow server on a busy machine ends it within the generator's deadline. */
const STEP = 5_000;

/** Lets a fresh process serve and reads its memory at each number of requests of the plan. */
export function measureMemory({ plan, generator }: Bench): Promise<MemoryReading[]> {
  console.error(`Memory: up to ${plan.memoryAfter.at(-1)} requests ...`);
  return withBackend('ack-0ms', async ({ endpoint }) => {
    const readings: MemoryReading[] = [];
    const { port, pids, stop } = await startServer(STAMPEDE, endpoint);
    let served = 0;
    for (const requests of plan.memoryAfter) {
      while (served < requests) {
        const step = Math.min(STEP, requests - served);
        const shape = { connections: USUAL_CONNECTIONS, warmUpMs: 0, windowMs: 0, requests: step };
        await generator.run({ port, path: TIMESTAMPS_PATH, status: 201, ...shape });
        served += step;
      }
      readings.push({ server: STAMPEDE.name, requests, residentBytes: residentBytes(pids[0] as number) });
    }
    await stop();
    return readings;
  });
}
