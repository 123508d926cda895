import { cellOf, type Figure, type Part, type Results } from '../bench/results.ts';
import { OperatorError } from '../cli/errors.ts';

/** What the bill needs of `docs/benchmarks/results.json`. */
export type Measured = ReturnType<typeof measuredOf>;

/** What the benchmark measured at one load: this many requests a second to one process. */
type LoadPoint = ReturnType<typeof loadPointOf>;

/** Its latency is similar to DynamoDB's within a region. */
const BACKEND = 'ack-4ms';

/** The commit windows that the benchmark measures, in milliseconds. 0: no window. */
export const COMMIT_WINDOWS = ['0', '10', '25', '50', '100'] as const;
type CommitWindow = (typeof COMMIT_WINDOWS)[number];

/**
 * Reads the measurements that a bill needs, with this commit window.
 * @throws OperatorError when the results lack the window; Error when they lack something else.
 */
export function measuredOf({ circumstances, parts }: Results, commitWindow: CommitWindow = '0') {
  const cells = parts['matrix']?.cells ?? [];
  const at64 = (server: string) => cellOf(cells, server, BACKEND, 64);
  /** Requests per second of one core at 100 % CPU. */
  const ratePerVcpu = (server: string) => 1e6 / medianOf(at64(server), 'cpuMicrosPerRequest');
  const loads =
    commitWindow === '0'
      ? cells.filter(({ server, backend }) => server === 'stampede' && backend === BACKEND)
      : cellsWithWindow(parts['window'], commitWindow);
  return {
    measuredAt: circumstances.measuredAt,
    ratePerVcpu: { stampede: ratePerVcpu('stampede'), itemPerRequest: ratePerVcpu('express-put') },
    points: loads.map(loadPointOf).toSorted((a, b) => a.ratePerProcess - b.ratePerProcess),
    itemBytes: medianOf(at64('express-put'), 'bytesPerTimestamp'),
  };
}

/** What was measured with one commit window. */
export interface MeasuredWindow {
  readonly commitWindow: CommitWindow;
  readonly measured: Measured;
}

/** Every commit window that the results have, the shortest first. */
export function measuredWindows(results: Results): MeasuredWindow[] {
  const servers = new Set(results.parts['window']?.cells.map(({ server }) => server));
  return COMMIT_WINDOWS.filter((window) => window === '0' || servers.has(`stampede-window-${window}`)).map(
    (commitWindow) => ({ commitWindow, measured: measuredOf(results, commitWindow) }),
  );
}

function cellsWithWindow(part: Part | undefined, commitWindow: CommitWindow): Part['cells'] {
  const cells = part?.cells.filter(({ server }) => server === `stampede-window-${commitWindow}`) ?? [];
  if (cells.length > 0) return cells;
  throw new OperatorError(
    `the benchmark's results have no commit window of ${commitWindow} ms: run npm run bench, or name other results with --bench`,
  );
}

function loadPointOf(cell: Part['cells'][number]) {
  return {
    ratePerProcess: medianOf(cell, 'requestsPerS'),
    timestampsPerWriteUnit: medianOf(cell, 'timestampsPerWriteUnit'),
    bytesPerTimestamp: medianOf(cell, 'bytesPerTimestamp'),
  };
}

function medianOf({ figures }: Part['cells'][number], figure: Figure): number {
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
