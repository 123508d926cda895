import { textTable } from '../../cli/table.ts';
import { judge } from '../goals.ts';
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
    textTable([GOAL_HEAD, ...goalRows(results)]),
  ].join('\n\n');
}

export const GOAL_HEAD = ['goal', 'aim', 'measured', ''];

export const CELL_HEAD = [
  'backend',
  'conn.',
  'server',
  'req/s',
  'p50 ms',
  'p99 ms',
  'CPU µs/req',
  'per write unit',
  'generator',
  '503',
];

/** One row per cell: medians and, of the CPU, the spread. */
export const cellRows = (cells: readonly Cell[], titles: Results['titles']): string[][] =>
  cells.map(({ server, backend, connections, samples }) => {
    const figure = (name: Parameters<typeof figureOf>[1]) => figureOf(samples, name).median;
    return [
      backend,
      String(connections),
      titles[server] ?? server,
      number(figure('requestsPerS')),
      number(figure('p50Ms')),
      number(figure('p99Ms')),
      spread(figureOf(samples, 'cpuMicrosPerRequest')),
      number(figure('timestampsPerWriteUnit')),
      `${Math.round(figure('generatorBusy') * 100)} %`,
      `${number(figure('refusedShare') * 100)} %`,
    ];
  });

/** The rows as a text table. */
export const cellTable = (cells: readonly Cell[], titles: Results['titles']): string =>
  textTable([CELL_HEAD, ...cellRows(cells, titles)]);

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

/** The goals as rows of text. */
export const goalRows = (results: Results): string[][] =>
  judge(results).map(({ figure, aim, measured, unit, met }) => [
    figure,
    aim,
    `${spread(measured)}${unit}`,
    met ? 'met' : 'missed',
  ]);
