import type { Sample } from '../../../scripts/bench/measure/window.ts';
import type { Results } from '../../../scripts/bench/results.ts';

/** A window of a server that takes so much CPU for a request. */
export const sample = (cpuMicrosPerRequest: number, more: Partial<Sample> = {}): Sample => ({
  requestsPerS: 1_000,
  cpuMicrosPerRequest,
  p50Ms: 1,
  p99Ms: 2,
  generatorBusy: 0.1,
  refusedShare: 0,
  ...more,
});

const cell = (server: string, backend: string, connections: number, ...samples: Sample[]) => ({
  server,
  backend,
  connections,
  samples,
});

const perUnit = (timestampsPerWriteUnit: number) => sample(20, { timestampsPerWriteUnit, bytesPerTimestamp: 70 });

/** Results with just what the goals are judged by. */
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
  },
  plan: {
    rounds: 2,
    connections: [1, 64, 256],
    backends: ['ack-0ms', 'ack-4ms'],
    heatMs: 1,
    warmUpMs: 1,
    windowMs: 1_000,
    startUps: 2,
    memoryAfter: [10, 100],
    workers: 2,
  },
  titles: { stampede: 'Stampede' },
  skipped: { 'dynamodb-local': 'it needs Java' },
  generatorLimits: [90_000, 110_000],
  cells: [
    cell('stampede', 'ack-0ms', 1, sample(300), sample(300)),
    cell('express-put', 'ack-0ms', 1, sample(300, { p50Ms: 2 }), sample(300, { p50Ms: 2 })),
    cell('stampede', 'ack-0ms', 64, sample(20), sample(40)),
    cell('express-put', 'ack-0ms', 64, sample(300), sample(640)),
    cell('node-bare', 'ack-0ms', 64, sample(8), sample(16)),
    cell('stampede', 'ack-4ms', 1, perUnit(1)),
    cell('stampede', 'ack-4ms', 64, perUnit(12)),
    cell('stampede', 'ack-4ms', 256, perUnit(14)),
    cell('express-put', 'ack-4ms', 64, sample(300, { timestampsPerWriteUnit: 1, bytesPerTimestamp: 180 })),
  ],
  workers: { workers: 2, cells: [] },
  offeredLoad: {
    ratePerSecond: 1_500,
    cells: [
      cell('express-put', 'ack-4ms', 64, sample(300, { p99Ms: 20 })),
      cell('stampede', 'ack-4ms', 64, sample(20, { p99Ms: 10 })),
    ],
  },
  shortCuts: [],
  startUp: [
    { server: 'stampede-unbundled', title: 'unbundled', samplesMs: [200, 400] },
    { server: 'stampede', title: 'bundle', samplesMs: [100, 200] },
  ],
  memory: [
    { server: 'stampede', requests: 10, residentBytes: 100e6 },
    { server: 'stampede', requests: 100, residentBytes: 105e6 },
  ],
};
