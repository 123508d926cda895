import type { Sample } from './measure/window.ts';
import { figureOf, type Results, ratioOf, samplesOf } from './results.ts';
import { CEILING, EXPRESS, STAMPEDE, STAMPEDE_UNBUNDLED } from './servers.ts';
import { median, type Summary, summarize } from './statistics.ts';

/** One aim of the project, and where it stands. */
export interface Goal {
  readonly figure: string;
  /** As people read it: `≥ 15 ×`. */
  readonly aim: string;
  readonly measured: Summary;
  readonly unit: string;
  readonly met: boolean;
}

type Comparison = readonly ['≥' | '≤' | '<', number];

const goal = (figure: string, [sign, limit]: Comparison, unit: string, measured: Summary): Goal => ({
  figure,
  aim: `${sign} ${limit}${unit}`,
  measured,
  unit,
  met: sign === '≥' ? measured.median >= limit : sign === '≤' ? measured.median <= limit : measured.median < limit,
});

const memoryGrowthPercent = ({ memory, plan }: Results): number => {
  const after = (requests: number | undefined): number =>
    memory.find((reading) => reading.server === STAMPEDE.name && reading.requests === requests)?.residentBytes ?? NaN;
  return (after(plan.memoryAfter.at(-1)) / after(plan.memoryAfter[0]) - 1) * 100;
};

const startUpRatio = ({ startUp }: Results): Summary => {
  const of = (name: string) => startUp.find(({ server }) => server === name)?.samplesMs ?? [];
  const unbundled = of(STAMPEDE_UNBUNDLED.name);
  return summarize(of(STAMPEDE.name).map((ms, round) => ms / (unbundled[round] ?? NaN)));
};

/** Judges the results by the aims. */
export function judge(results: Results): Goal[] {
  const { cells, offeredLoad } = results;
  const at = (server: { name: string }, backend: string, connections: number) =>
    samplesOf(cells, server.name, backend, connections);
  const compare = (a: { name: string }, b: { name: string }, connections: number, name: keyof Sample) =>
    ratioOf(at(a, 'ack-0ms', connections), at(b, 'ack-0ms', connections), name);
  const perUnit = (connections: number) => figureOf(at(STAMPEDE, 'ack-4ms', connections), 'timestampsPerWriteUnit');
  const offered = (server: { name: string }) => samplesOf(offeredLoad.cells, server.name, 'ack-4ms', 64);
  const growth = memoryGrowthPercent(results);
  return [
    goal(
      'requests per CPU-second at 64 connections, 0 ms, against Express 5 + PutItem',
      ['≥', 15],
      ' ×',
      compare(EXPRESS, STAMPEDE, 64, 'cpuMicrosPerRequest'),
    ),
    goal(
      'CPU per request at 64 connections, 0 ms, against node:http without a database',
      ['≤', 2],
      ' ×',
      compare(STAMPEDE, CEILING, 64, 'cpuMicrosPerRequest'),
    ),
    goal(
      'p50 of one idle client, 0 ms, against Express 5 + PutItem',
      ['≤', 1.1],
      ' ×',
      compare(STAMPEDE, EXPRESS, 1, 'p50Ms'),
    ),
    goal('timestamps per write unit at 64 connections, 4 ms', ['≥', 8], '', perUnit(64)),
    goal('timestamps per write unit at 256 connections, 4 ms', ['≥', 15], '', perUnit(256)),
    goal(
      `p99 at 64 connections, 4 ms, ${offeredLoad.ratePerSecond} requests/s offered, against Express 5 + PutItem`,
      ['<', 1],
      ' ×',
      ratioOf(offered(STAMPEDE), offered(EXPRESS), 'p99Ms'),
    ),
    goal('exec to first 200, bundle against sources', ['≤', 0.6], ' ×', startUpRatio(results)),
    goal('growth of memory from the first to the last reading', ['<', 10], ' %', summarize([growth])),
  ];
}

/** Requests per second of one core at 100 % CPU, from the CPU of a request. */
export const ratePerCore = (samples: readonly Sample[]): number =>
  1e6 / median(samples.map(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest));
