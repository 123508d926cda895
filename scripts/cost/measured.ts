import { cellOf, type Figure, type Part, type Results } from '../bench/results.ts';

/** What the benchmark measured at one load: this many requests a second to one process. */
export interface LoadPoint {
  readonly ratePerProcess: number;
  readonly timestampsPerWriteUnit: number;
  readonly bytesPerTimestamp: number;
}

/** What the bill needs of `docs/benchmarks/results.json`. */
export interface Measured {
  readonly measuredAt: string;
  /** Requests per second of one core at 100 % CPU. */
  readonly ratePerVcpu: { readonly stampede: number; readonly itemPerRequest: number };
  /** Ascending by rate. */
  readonly points: readonly LoadPoint[];
  readonly itemBytes: number;
}

/** Its latency is similar to DynamoDB's within a region. */
const BACKEND = 'ack-4ms';

/** Reads the measurements that a bill needs. @throws Error when the results lack one of them. */
export function measuredOf({ circumstances, parts }: Results): Measured {
  const cells = parts['matrix']?.cells ?? [];
  const medianOf = ({ figures }: Part['cells'][number], figure: Figure): number => figures[figure]?.median ?? NaN;
  const at64 = (server: string, figure: Figure) => medianOf(cellOf(cells, server, BACKEND, 64), figure);
  const points = cells
    .filter(({ server, backend }) => server === 'stampede' && backend === BACKEND)
    .map((cell) => ({
      ratePerProcess: medianOf(cell, 'requestsPerS'),
      timestampsPerWriteUnit: medianOf(cell, 'timestampsPerWriteUnit'),
      bytesPerTimestamp: medianOf(cell, 'bytesPerTimestamp'),
    }));
  const ratePerVcpu = (server: string): number => 1e6 / at64(server, 'cpuMicrosPerRequest');
  return {
    measuredAt: circumstances.measuredAt,
    ratePerVcpu: { stampede: ratePerVcpu('stampede'), itemPerRequest: ratePerVcpu('express-put') },
    points: points.toSorted((a, b) => a.ratePerProcess - b.ratePerProcess),
    itemBytes: at64('express-put', 'bytesPerTimestamp'),
  };
}

/**
 * Interpolates between measured points; beyond the last one its figures apply. At rate 0 each timestamp is alone in its
 * block, the most expensive case.
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
