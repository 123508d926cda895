import { textTable } from '../../cli/table.ts';
import { type Goal, judge } from '../goals.ts';
import type { Cell } from '../measure/matrix.ts';
import type { MemoryReading } from '../measure/memory.ts';
import type { StartUp } from '../measure/start-up.ts';
import { figureOf, type Results } from '../results.ts';
import { type Summary, summarize } from '../statistics.ts';
import { number } from './numbers.ts';

/** Goals and figures as text for a terminal. */
export function terminalReport(results: Results): string {
  return [
    cellTable(results.cells, results.titles),
    `pm2, ${results.workers.workers} workers\n${cellTable(results.workers.cells, results.titles)}`,
    `start-up\n${startUpTable(results.startUp)}`,
    `memory\n${memoryTable(results.memory, results.titles)}`,
    goalTable(judge(results)),
  ].join('\n\n');
}

/** One line per cell: median and, of the CPU, the spread. */
export function cellTable(cells: readonly Cell[], titles: Results['titles']): string {
  const rows = cells.map(({ server, backend, connections, samples }) => {
    const figure = (name: Parameters<typeof figureOf>[1]) => figureOf(samples, name).median;
    const perUnit = figure('timestampsPerWriteUnit');
    return [
      backend,
      String(connections),
      titles[server] ?? server,
      number(figure('requestsPerS')),
      number(figure('p50Ms')),
      number(figure('p99Ms')),
      spread(figureOf(samples, 'cpuMicrosPerRequest')),
      Number.isNaN(perUnit) ? '-' : number(perUnit),
      `${Math.round(figure('generatorBusy') * 100)} %`,
    ];
  });
  const head = ['backend', 'conn.', 'server', 'req/s', 'p50 ms', 'p99 ms', 'CPU µs/req', 'per unit', 'generator'];
  return textTable([head, ...rows]);
}

export const spread = ({ median, min, max }: Summary): string => `${number(median)} (${number(min)}–${number(max)})`;

/** Start-up of each server: median and spread. */
export const startUpTable = (startUp: readonly StartUp[]): string =>
  textTable(startUp.map(({ title, samplesMs }) => [title, `${spread(summarize(samplesMs))} ms`]));

/** Memory of each server after each number of requests. */
export const memoryTable = (memory: readonly MemoryReading[], titles: Results['titles']): string =>
  textTable(
    memory.map(({ server, requests, residentBytes }) => [
      titles[server] ?? server,
      `after ${requests.toLocaleString('en')}`,
      `${number(residentBytes / 2 ** 20)} MB`,
    ]),
  );

const goalTable = (goals: readonly Goal[]): string =>
  textTable([
    ['goal', 'aim', 'measured', ''],
    ...goals.map(({ figure, aim, measured, unit, met }) => [
      figure,
      aim,
      `${spread(measured)}${unit}`,
      met ? 'met' : 'MISSED',
    ]),
  ]);
