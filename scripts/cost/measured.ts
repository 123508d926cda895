import { cellOf, type Figure, type Part, type Results } from '../bench/results.ts';

export type Measured = ReturnType<typeof measuredOf>;
type LoadPoint = Measured['points'][number];

/** Its latency is similar to DynamoDB's within a region. */
const BACKEND = 'ack-4ms';

/** The measurements that a bill needs, its load points ascending by rate. @throws Error when one is missing. */
export function measuredOf({ circumstances, parts }: Results) {
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
  /** Requests per second of one core at 100 % CPU. */
  const ratePerVcpu = (server: string): number => 1e6 / at64(server, 'cpuMicrosPerRequest');
  return {
    measuredAt: circumstances.measuredAt,
    ratePerVcpu: { stampede: ratePerVcpu('stampede'), itemPerRequest: ratePerVcpu('express-put') },
    points: points.toSorted((a, b) => a.ratePerProcess - b.ratePerProcess),
    itemBytes: at64('express-put', 'bytesPerTimestamp'),
  };
}

/** Interpolates between measured points; beyond the last one its figures apply. */
export function loadPointAt(points: readonly LoadPoint[], ratePerProcess: number): LoadPoint {
  // At rate 0 each timestamp is alone in its block, the most expensive case.
  let below: LoadPoint = {
    ratePerProcess: 0,
    timestampsPerWriteUnit: 1,
    bytesPerTimestamp: points[0]?.bytesPerTimestamp ?? NaN,
  };
  for (const above of points) {
    if (above.ratePerProcess >= ratePerProcess) {
      const share = (ratePerProcess - below.ratePerProcess) / (above.ratePerProcess - below.ratePerProcess);
      const between = (name: keyof LoadPoint): number => below[name] + (above[name] - below[name]) * share;
      return {
        ratePerProcess,
        timestampsPerWriteUnit: between('timestampsPerWriteUnit'),
        bytesPerTimestamp: between('bytesPerTimestamp'),
      };
    }
    below = above;
  }
  return { ...below, ratePerProcess };
}
