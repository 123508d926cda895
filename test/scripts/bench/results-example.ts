import { judge } from '../../../scripts/bench/goals.ts';
import { type Measurements, type Results, type Sample, summarizeCells } from '../../../scripts/bench/results.ts';

/** A window of a server that takes so much CPU for a request. */
export function sample(cpuMicrosPerRequest: number, more: Partial<Sample> = {}): Sample {
  return {
    requestsPerS: 1_000,
    cpuMicrosPerRequest,
    p50Ms: 1,
    p99Ms: 2,
    generatorBusy: 0.1,
    refusedShare: 0,
    ...more,
  };
}

const cell = (server: string, backend: string, connections: number, ...samples: Sample[]) => ({
  server,
  title: server,
  backend,
  connections,
  samples,
});

const perUnit = (timestampsPerWriteUnit: number, cpuMicros = 20) =>
  sample(cpuMicros, { timestampsPerWriteUnit, bytesPerTimestamp: 70 });
const overload = (
  connections: number,
  requestsPerS: number,
  p99Ms: number,
  megabytes: number[],
  refusedP99Ms?: number,
) =>
  cell(
    'stampede-window-50',
    'tls-4ms',
    connections,
    ...megabytes.map((each) =>
      sample(20, {
        requestsPerS,
        p99Ms,
        residentBytes: each * 1e6,
        ...(refusedP99Ms !== undefined && { refusedP99Ms }),
      }),
    ),
  );

/** Measurements with just what the goals need. */
export const MEASUREMENTS: Measurements = {
  headroom: { title: 'headroom', cells: [cell('fixed-answer', 'ack-0ms', 64, sample(8, { requestsPerS: 100_000 }))] },
  matrix: {
    title: 'matrix',
    cells: [
      cell('stampede', 'ack-0ms', 1, sample(300), sample(300)),
      cell('express-put', 'ack-0ms', 1, sample(300, { p50Ms: 2 }), sample(300, { p50Ms: 2 })),
      cell('stampede', 'ack-0ms', 64, sample(20), sample(40)),
      cell('express-put', 'ack-0ms', 64, sample(300), sample(640)),
      cell('node-bare', 'ack-0ms', 64, sample(8), sample(16)),
      cell('stampede-window-50', 'tls-4ms', 1, perUnit(1)),
      cell('express-put', 'tls-4ms', 1, sample(300, { p50Ms: 1.2 })),
      cell('stampede-window-50', 'tls-4ms', 64, perUnit(12)),
      cell('express-put', 'tls-4ms', 64, sample(500, { timestampsPerWriteUnit: 1, bytesPerTimestamp: 180 })),
    ],
  },
  'offered-load': {
    title: '1500 requests/s offered',
    cells: [
      { ...cell('express-put', 'tls-4ms', 64, sample(300, { p99Ms: 20 })), offeredPerS: 1500 },
      { ...cell('stampede', 'tls-4ms', 64, sample(20, { p99Ms: 10 })), offeredPerS: 1500 },
    ],
  },
  window: {
    title: 'window',
    cells: [
      { ...cell('stampede', 'tls-4ms', 256, perUnit(2)), offeredPerS: 333 },
      { ...cell('stampede-window-50', 'tls-4ms', 256, perUnit(17)), offeredPerS: 333 },
    ],
  },
  overload: {
    title: 'overload',
    cells: [
      overload(100, 10_000, 20, [100, 100, 100]),
      overload(200, 9_500, 100, [100, 100, 100]),
      overload(1_000, 8_000, 200, [90, 110, 121], 60),
    ],
  },
  'mixed-overload': {
    title: 'mixed-overload',
    cells: [
      { ...cell('stampede-window-50', 'dynalite', 8, sample(20, { p99Ms: 900 })), request: 'GET /health' },
      { ...cell('stampede-window-50', 'dynalite', 64, sample(20, { longestMs: 9_000 })), request: 'POST /app' },
    ],
  },
  listings: {
    title: 'listings',
    cells: [
      { ...cell('express-list', 'dynalite', 4, sample(50_000)), pageSize: 1_000 },
      { ...cell('stampede-window-50', 'dynalite', 4, sample(20_000)), pageSize: 1_000 },
    ],
  },
  'start-up': {
    title: 'start-up',
    cells: [
      {
        server: 'stampede-unbundled',
        title: 'sources',
        backend: 'ack-0ms',
        samples: [{ startUpMs: 200 }, { startUpMs: 400 }],
      },
      { server: 'stampede', title: 'bundle', backend: 'ack-0ms', samples: [{ startUpMs: 100 }, { startUpMs: 200 }] },
    ],
  },
  memory: {
    title: 'memory',
    cells: [
      {
        server: 'stampede',
        title: 'bundle',
        backend: 'ack-0ms',
        afterRequests: 10,
        samples: [{ residentBytes: 100e6 }],
      },
      {
        server: 'stampede',
        title: 'bundle',
        backend: 'ack-0ms',
        afterRequests: 100,
        samples: [{ residentBytes: 105e6 }],
      },
    ],
  },
};

/** The results of these measurements. */
export const RESULTS: Results = {
  circumstances: {
    measuredAt: '2026-11-21T12:00:00.000Z',
    commit: 'abc',
    node: 'v26.10.0',
    cpu: 'A <fast> processor',
    cores: 2,
    pinned: true,
    loadBefore: 0.5,
    loadAfter: 2,
    rounds: 2,
    windowMs: 1_000,
  },
  skipped: { 'dynamodb-local': 'it needs Java' },
  goals: judge(MEASUREMENTS),
  parts: Object.fromEntries(Object.entries(MEASUREMENTS).map(([name, part]) => [name, summarizeCells(part)])),
};
