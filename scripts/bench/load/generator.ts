/**
 * The load generator: a process that puts load on a server for each message of its parent. It sends `measuring` when the
 * warm-up is over, and then a report of what it measured.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clients, openConnections } from './clients.ts';

/** One load on one server. */
export interface Load extends Clients {
  readonly warmUpMs: number;
  /** The window lasts this long, and until `requests` were answered. */
  readonly windowMs: number;
  /** @default 1 */
  readonly requests?: number;
}

/** What was measured. Latencies and rate are those of the expected answers, except `refusedP99Ms`. */
export type LoadReport = Awaited<ReturnType<typeof measure>>;

async function measure(load: Load) {
  const expected = load.method === 'GET' ? 200 : 201;
  const latenciesMs: number[] = [];
  /** Those of answers with 503: the server was too busy to take the request. */
  const refusedMs: number[] = [];
  let unexpected = 0;
  const enough = Promise.withResolvers<void>();
  let isMeasuring = false;
  const startRequests = await openConnections(load);
  const stop = startRequests((status, latencyMs) => {
    if (!isMeasuring) return;
    if (status === expected) latenciesMs.push(latencyMs);
    else if (status === 503) refusedMs.push(latencyMs);
    else unexpected++;
    if (latenciesMs.length + refusedMs.length + unexpected >= (load.requests ?? 1)) enough.resolve();
  });
  await sleep(load.warmUpMs);
  process.send?.('measuring');
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  isMeasuring = true;
  await Promise.all([sleep(load.windowMs), enough.promise]);
  const wallMs = performance.now() - startMs;
  const cpu = process.cpuUsage(startCpu);
  stop();
  const sorted = Float64Array.from(latenciesMs).sort();
  return {
    requests: sorted.length,
    refused: refusedMs.length,
    unexpected,
    requestsPerS: (sorted.length * 1000) / wallMs,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    /** Of all answers, refusals included. */
    longestMs: [...latenciesMs, ...refusedMs].reduce((longest, each) => Math.max(longest, each), 0),
    ...(refusedMs.length > 0 && { refusedP99Ms: percentile(Float64Array.from(refusedMs).sort(), 0.99) }),
    generatorBusy: (cpu.user + cpu.system) / 1000 / wallMs,
  };
}

function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

process.on('message', async (load: Load) => process.send?.(await measure(load)));
process.on('disconnect', () => process.exit(0));
