import { textTable } from '../cli/table.ts';
import type { Figure, Part, Results, Summary } from './results.ts';

/** A head and rows, all text. */
export type Table = readonly (readonly string[])[];

/** The figures that tables show: how the column is called, and how a cell reads. */
const COLUMNS: readonly (readonly [Figure, head: string, text: (summary: Summary) => string])[] = [
  ['requestsPerS', 'req/s', ({ median }) => number(median)],
  ['p50Ms', 'p50 ms', ({ median }) => number(median)],
  ['p99Ms', 'p99 ms', ({ median }) => number(median)],
  ['cpuMicrosPerRequest', 'CPU µs/req', spread],
  ['timestampsPerWriteUnit', 'per write unit', ({ median }) => number(median)],
  ['generatorBusy', 'generator', ({ median }) => `${Math.round(median * 100)} %`],
  ['refusedShare', '503', ({ median }) => `${number(median * 100)} %`],
  ['startUpMs', 'ms', spread],
  ['residentBytes', 'MB', ({ median }) => number(median / 2 ** 20)],
];

const KEY_HEADS = { connections: 'conn.', afterRequests: 'after requests' } as const;

/** One row per cell of a part. Columns that the part did not measure are left out. */
export function partTable({ cells }: Part): Table {
  const keys = (['connections', 'afterRequests'] as const).filter((key) => cells.some((cell) => cell[key]));
  const columns = COLUMNS.filter(([figure]) => cells.some(({ figures }) => figures[figure]));
  return [
    ['backend', ...keys.map((key) => KEY_HEADS[key]), 'server', ...columns.map(([, head]) => head)],
    ...cells.map(({ backend, title, figures, ...key }) => [
      backend,
      ...keys.map((name) => key[name]?.toLocaleString('en') ?? ''),
      title,
      ...columns.map(([figure, , text]) => (figures[figure] ? text(figures[figure]) : '-')),
    ]),
  ];
}

export function goalTable({ goals }: Results): Table {
  const rows = goals.map((goal) => [
    goal.title,
    goal.target,
    `${spread(goal.measured)}${goal.unit}`,
    goal.met ? 'met' : 'missed',
  ]);
  return [['goal', 'target', 'measured', 'result'], ...rows];
}

/** Every part and the goals, for a terminal. */
export function terminalReport(results: Results): string {
  return [...Object.values(results.parts).map(partText), textTable(goalTable(results))].join('\n\n');
}

/** One part for a terminal. */
export function partText(part: Part): string {
  return `${part.title}\n${textTable(partTable(part))}`;
}

export function spread({ median, min, max }: Summary): string {
  return `${number(median)} (${number(min)}–${number(max)})`;
}

/** Three significant digits: these measurements are not more precise. */
export function number(value: number): string {
  return Number.isFinite(value) ? Number(value.toPrecision(3)).toLocaleString('en') : '-';
}
