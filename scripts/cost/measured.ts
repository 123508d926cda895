import { ratePerCore } from '../bench/goals.ts';
import type { Results } from '../bench/results.ts';
import { figureOf, samplesOf } from '../bench/results.ts';

/** What the benchmark says about one point of load: so many requests a second share a process. */
export interface LoadPoint {
  readonly ratePerProcess: number;
  readonly timestampsPerWriteUnit: number;
  readonly bytesPerTimestamp: number;
}

/** What the bill takes from `docs/benchmarks/results.json`. */
export interface Measured {
  readonly measuredAt: string;
  /** Requests per second of one core at 100 % CPU. */
  readonly ratePerVcpu: { readonly stampede: number; readonly itemPerRequest: number };
  /** Ascending by rate. */
  readonly points: readonly LoadPoint[];
  readonly itemBytes: number;
}

/** Latency like DynamoDB's in the region. */
const BACKEND = 'ack-4ms';
const CONNECTIONS = 64;

/** Reads the measurements that a bill needs. @throws Error when the results lack one of them. */
export function measuredOf(results: Results): Measured {
  const at = (server: string) => samplesOf(results.cells, server, BACKEND, CONNECTIONS);
  const points = results.plan.connections.map((connections): LoadPoint => {
    const samples = samplesOf(results.cells, 'stampede', BACKEND, connections);
    return {
      ratePerProcess: figureOf(samples, 'requestsPerS').median,
      timestampsPerWriteUnit: figureOf(samples, 'timestampsPerWriteUnit').median,
      bytesPerTimestamp: figureOf(samples, 'bytesPerTimestamp').median,
    };
  });
  return {
    measuredAt: results.circumstances.measuredAt,
    ratePerVcpu: { stampede: ratePerCore(at('stampede')), itemPerRequest: ratePerCore(at('express-put')) },
    points: points.toSorted((a, b) => a.ratePerProcess - b.ratePerProcess),
    itemBytes: figureOf(at('express-put'), 'bytesPerTimestamp').median,
  };
}

/**
 * The point of load at a rate: between two measured points on the straight line between them, beyond the last as there.
 * Below the first each timestamp is taken to be alone in its block, which is the dearest it can be.
 */
export function loadPointAt(points: readonly LoadPoint[], ratePerProcess: number): LoadPoint {
  const alone = {
    ratePerProcess: 0,
    timestampsPerWriteUnit: 1,
    bytesPerTimestamp: points[0]?.bytesPerTimestamp ?? NaN,
  };
  const known = [alone, ...points];
  const next = known.findIndex((point) => point.ratePerProcess >= ratePerProcess);
  const above = known[next];
  if (!above) return { ...(known.at(-1) as LoadPoint), ratePerProcess };
  const below = known[Math.max(0, next - 1)] as LoadPoint;
  const span = above.ratePerProcess - below.ratePerProcess;
  const share = span === 0 ? 0 : (ratePerProcess - below.ratePerProcess) / span;
  const between = (a: number, b: number): number => a + (b - a) * share;
  return {
    ratePerProcess,
    timestampsPerWriteUnit: between(below.timestampsPerWriteUnit, above.timestampsPerWriteUnit),
    bytesPerTimestamp: between(below.bytesPerTimestamp, above.bytesPerTimestamp),
  };
}
