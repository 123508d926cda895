import { cellOf, type Figure, type Measurements, type Results, ratioOf, type Summary, summarize } from './results.ts';
import type { ServerName } from './servers.ts';

/** A goal before it is judged; a unit follows the limit after a space. */
type Row = readonly [title: string, target: `${'≥' | '≤' | '<'} ${number}${'' | ' ×' | ' %'}`, measured: Summary];

/** Compares the medians of the measurements with the goals of the project. */
export function judge(measurements: Measurements): Results['goals'] {
  return goalRows(measurements).map(([title, target, measured]) => {
    const [sign, limitText, unit] = target.split(' ');
    const [value, limit] = [measured.median, Number(limitText)];
    const met = sign === '≥' ? value >= limit : sign === '≤' ? value <= limit : value < limit;
    return { title, target, unit: unit ? ` ${unit}` : '', measured, met };
  });
}

function goalRows(measurements: Measurements): Row[] {
  const { matrix, memory, 'offered-load': offered, 'start-up': startUp } = measurements;
  const at = (name: ServerName, backend: string, connections: number) =>
    cellOf(matrix?.cells, name, backend, connections).samples;
  const ratio = (a: ServerName, b: ServerName, connections: number, figure: Figure) =>
    ratioOf(at(a, 'ack-0ms', connections), at(b, 'ack-0ms', connections), figure);
  const cpuRatio = (a: ServerName, b: ServerName) => ratio(a, b, 64, 'cpuMicrosPerRequest');
  const perUnit = (connections: number) =>
    summarize(at('stampede', 'ack-4ms', connections).flatMap((sample) => sample.timestampsPerWriteUnit ?? []));
  const underOffer = (name: ServerName) => cellOf(offered?.cells, name, 'ack-4ms', 64).samples;
  const p99Ratio = ratioOf(underOffer('stampede'), underOffer('express-put'), 'p99Ms');
  const started = (name: ServerName) => cellOf(startUp?.cells, name, 'ack-0ms').samples;
  const startUpRatio = ratioOf(started('stampede'), started('stampede-unbundled'), 'startUpMs');
  const readings = [memory?.cells[0], memory?.cells.at(-1)].map((cell) => cell?.samples[0]?.residentBytes);
  const [first = NaN, last = NaN] = readings;
  const [express, bare] = ['against Express 5 + PutItem', 'against node:http without a database'];
  return [
    [`requests per CPU-second at 64 connections, 0 ms, ${express}`, '≥ 15 ×', cpuRatio('express-put', 'stampede')],
    [`CPU per request at 64 connections, 0 ms, ${bare}`, '≤ 2 ×', cpuRatio('stampede', 'node-bare')],
    [`p50 of one idle client, 0 ms, ${express}`, '≤ 1.1 ×', ratio('stampede', 'express-put', 1, 'p50Ms')],
    ['timestamps per write unit at 64 connections, 4 ms', '≥ 8', perUnit(64)],
    ['timestamps per write unit at 256 connections, 4 ms', '≥ 15', perUnit(256)],
    [`p99 at 64 connections, 4 ms, ${offered?.title}, ${express}`, '< 1 ×', p99Ratio],
    ['exec to first 200, bundle against sources', '≤ 0.6 ×', startUpRatio],
    ['growth of memory from the first to the last reading', '< 10 %', summarize([(last / first - 1) * 100])],
  ];
}
