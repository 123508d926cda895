import { TIMESTAMPS_PATH } from '../../../server/contract.ts';
import { OperatorError } from '../../cli/errors.ts';
import type { BackendSums } from '../backends/acknowledging.ts';
import type { Backend } from '../backends/backend.ts';
import type { Generator, Load } from '../load/load.ts';
import type { RunningServer } from '../processes/server.ts';
import { cpuMicros } from '../processes/usage.ts';

/** What one window of load showed. */
export interface Sample {
  readonly requestsPerS: number;
  readonly cpuMicrosPerRequest: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly generatorBusy: number;
  /** Share of the answers that were 503: the server was too busy, on a machine with company for instance. */
  readonly refusedShare: number;
  /** Absent when the backend does not count, or nothing was written. */
  readonly timestampsPerWriteUnit?: number;
  /** Bytes of items as DynamoDB counts them; absent likewise. */
  readonly bytesPerTimestamp?: number;
}

type LoadShape = Pick<Load, 'connections' | 'warmUpMs' | 'windowMs' | 'ratePerSecond'>;

const cpuOf = ({ pids }: RunningServer): number => pids.reduce((sum, pid) => sum + cpuMicros(pid), 0);

/** Puts load on a server for one window and reads what it cost on both of its sides. */
export async function measureWindow(
  running: RunningServer,
  backend: Backend,
  generator: Generator,
  shape: LoadShape,
): Promise<Sample> {
  let cpuBefore = 0;
  let before: BackendSums | undefined;
  const load = { port: running.port, path: running.server.path ?? TIMESTAMPS_PATH, status: 201, ...shape };
  const report = await generator.run(load, async () => {
    cpuBefore = cpuOf(running);
    before = await backend.sums?.();
  });
  const cpu = cpuOf(running) - cpuBefore;
  const after = await backend.sums?.();
  const { requests, refused, unexpected, wallMs, p50Ms, p99Ms, generatorBusy } = report;
  if (unexpected > 0 || requests === 0)
    throw new OperatorError(
      `${running.server.title} answered ${requests} requests with 201, ${refused} with 503 and ${unexpected} with something else; expected 201, and 503 at most now and then`,
    );
  return {
    requestsPerS: (requests * 1000) / wallMs,
    cpuMicrosPerRequest: cpu / requests,
    p50Ms,
    p99Ms,
    generatorBusy,
    refusedShare: refused / (requests + refused),
    ...(before && after && written(requests, before, after)),
  };
}

const written = (requests: number, before: BackendSums, after: BackendSums) => {
  const units = after.writeUnits - before.writeUnits;
  return units > 0
    ? { timestampsPerWriteUnit: requests / units, bytesPerTimestamp: (after.bytes - before.bytes) / requests }
    : {};
};
