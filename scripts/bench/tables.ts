import { pricesOf } from '../cli/prices.ts';
import { textTable } from '../cli/table.ts';
import type { Figure, Part, Results, Summary } from './results.ts';

/** A head and rows. */
export type Table = readonly (readonly string[])[];

/** The region whose price of a write unit the tables use. */
export const PRICE_REGION = 'eu-west-1';

/** The columns of tables: the head, and the text of a cell, which is undefined where nothing was measured. */
const COLUMNS: readonly (readonly [head: string, text: (cell: Part['cells'][number]) => string | undefined])[] = [
  ['backend', ({ backend }) => backend],
  ['request', ({ request }) => request],
  ['conn.', ({ connections }) => connections?.toLocaleString('en')],
  ['page', ({ pageSize }) => pageSize?.toLocaleString('en')],
  ['offered/s', ({ offeredPerS }) => offeredPerS?.toLocaleString('en')],
  ['after requests', ({ afterRequests }) => afterRequests?.toLocaleString('en')],
  ['server', ({ title }) => title],
  ['req/s', figure('requestsPerS')],
  ['p50 ms', figure('p50Ms')],
  ['p99 ms', figure('p99Ms')],
  ['longest ms', figure('longestMs')],
  ['CPU µs/req', figure('cpuMicrosPerRequest', spread)],
  ['per write unit', figure('timestampsPerWriteUnit')],
  ['units USD/million', figure('timestampsPerWriteUnit', ({ median }) => number(writeUnitsUsd(median)))],
  ['generator', figure('generatorBusy', ({ median }) => `${Math.round(median * 100)} %`)],
  ['503', figure('refusedShare', ({ median }) => `${number(median * 100)} %`)],
  ['503 p99 ms', figure('refusedP99Ms')],
  ['ms', figure('startUpMs', spread)],
  ['MB', figure('residentBytes', ({ median }) => number(median / 2 ** 20))],
];

/** What the write units of a million timestamps cost. */
function writeUnitsUsd(timestampsPerWriteUnit: number): number {
  return pricesOf(PRICE_REGION).dynamodb.millionWriteUnits / timestampsPerWriteUnit;
}

function figure(name: Figure, text = ({ median }: Summary) => number(median)) {
  return ({ figures }: Part['cells'][number]) => figures[name] && text(figures[name]);
}

/** One row per cell of a part. Columns that the part did not measure are left out. */
export function partTable({ cells }: Part): Table {
  const columns = COLUMNS.filter(([, text]) => cells.some((cell) => text(cell) !== undefined));
  return [columns.map(([head]) => head), ...cells.map((cell) => columns.map(([, text]) => text(cell) ?? '-'))];
}

export function goalTable({ goals }: Results): Table {
  const rows = goals.map((row) => [row.title, row.target, spread(row.measured) + row.unit, row.met ? 'met' : 'missed']);
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
