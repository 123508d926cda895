import { COMMIT_WINDOWS, type CommitWindow, PROD, PROD_WINDOW_MS, serverWithWindow } from '../bench/commit-windows.ts';
import type { Figure, Part, Results } from '../bench/results.ts';
import { OperatorError } from '../cli/errors.ts';

/** What the bill needs of `docs/benchmarks/results.json`. */
export type Measured = ReturnType<typeof measuredOf>;

/** What the benchmark measured at one load: this many requests a second to one process. */
type LoadPoint = ReturnType<typeof loadPointOf>;

/** As DynamoDB: TLS, and the latency of a put within a region. */
const BACKEND = 'tls-4ms';

/**
 * Reads the measurements that a bill needs, with this commit window.
 * @throws OperatorError when the results lack them.
 */
export function measuredOf({ circumstances, parts }: Results, commitWindow: CommitWindow = PROD_WINDOW_MS) {
  const at64 = (server: string) => {
    const load = { server, backend: BACKEND, connections: 64 };
    return cellsOf(parts['matrix'], load, `${server} at 64 connections over TLS`)[0];
  };
  /** Requests per second of one core at 100 % CPU. */
  const ratePerVcpu = (server: string) => 1e6 / medianOf(at64(server), 'cpuMicrosPerRequest');
  const ofWindow = { server: serverWithWindow(commitWindow), backend: BACKEND };
  const loads = cellsOf(parts['window'], ofWindow, `commit window of ${commitWindow} ms`);
  return {
    commitWindow,
    measuredAt: circumstances.measuredAt,
    ratePerVcpu: { stampede: ratePerVcpu(PROD), itemPerRequest: ratePerVcpu('express-put') },
    points: loads.map(loadPointOf).toSorted((a, b) => a.ratePerProcess - b.ratePerProcess),
    itemBytes: medianOf(at64('express-put'), 'bytesPerTimestamp'),
  };
}

/** Every commit window that the results have, the shortest first. */
export function measuredWindows(results: Results): Measured[] {
  const servers = new Set(results.parts['window']?.cells.map(({ server }) => server));
  const windows = COMMIT_WINDOWS.filter((window) => servers.has(serverWithWindow(window)));
  return windows.map((commitWindow) => measuredOf(results, commitWindow));
}

type MeasuredCell = Part['cells'][number];

function cellsOf(
  part: Part | undefined,
  wanted: Partial<MeasuredCell>,
  what: string,
): [MeasuredCell, ...MeasuredCell[]] {
  const entries = Object.entries(wanted) as [keyof MeasuredCell, unknown][];
  const [first, ...others] = part?.cells.filter((cell) => entries.every(([key, value]) => cell[key] === value)) ?? [];
  if (first) return [first, ...others];
  throw new OperatorError(
    `the benchmark's results have no ${what}: run npm run bench, or name other results with --bench`,
  );
}

function loadPointOf(cell: MeasuredCell) {
  return {
    ratePerProcess: medianOf(cell, 'requestsPerS'),
    timestampsPerWriteUnit: medianOf(cell, 'timestampsPerWriteUnit'),
    bytesPerTimestamp: medianOf(cell, 'bytesPerTimestamp'),
  };
}

function medianOf({ figures }: MeasuredCell, figure: Figure): number {
  return figures[figure]?.median ?? NaN;
}

/**
 * Interpolates between measured points; beyond the last one its figures apply. At rate 0 each timestamp is alone in its
 * block, the most expensive case.
 */
export function loadPointAt(points: readonly LoadPoint[], ratePerProcess: number): LoadPoint {
  const { bytesPerTimestamp = NaN } = points[0] ?? {};
  const known = [{ ratePerProcess: 0, timestampsPerWriteUnit: 1, bytesPerTimestamp }, ...points];
  const below = known.findLast((point) => point.ratePerProcess <= ratePerProcess) as LoadPoint;
  const above = known.find((point) => point.ratePerProcess > ratePerProcess) ?? below;
  const share = (ratePerProcess - below.ratePerProcess) / (above.ratePerProcess - below.ratePerProcess || 1);
  const between = (figure: 'timestampsPerWriteUnit' | 'bytesPerTimestamp') =>
    below[figure] + (above[figure] - below[figure]) * share;
  return {
    ratePerProcess,
    timestampsPerWriteUnit: between('timestampsPerWriteUnit'),
    bytesPerTimestamp: between('bytesPerTimestamp'),
  };
}
