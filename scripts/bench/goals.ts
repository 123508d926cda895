import { PROD } from './commit-windows.ts';
import { LISTING_CONNECTIONS } from './parts/listings.ts';
import { REQUESTS } from './parts/mixed-overload.ts';
import { WINDOW_CONNECTIONS } from './parts/offered-load.ts';
import {
  type Cell,
  cellOf,
  type Figure,
  type Measurements,
  type Results,
  ratioOf,
  type Sample,
  type Summary,
  summarize,
} from './results.ts';
import type { ServerName } from './servers.ts';

/** A goal before it is judged; a unit follows the limit after a space. */
type Row = readonly [
  title: string,
  target: `${'≥' | '≤' | '<'} ${number}${'' | ' ×' | ' %' | ' ms'}`,
  measured: Summary,
];

const EXPRESS = 'against Express 5 + PutItem';

/** The load of the headline, and what is compared there. */
const USERS = "64 connections, 4 ms over TLS, prod's window";
export const HEADLINE = `requests per CPU-second at ${USERS}, ${EXPRESS}`;
export const PER_WRITE_UNIT = `timestamps per write unit at ${USERS}`;

/** Compares the medians of the measurements with the goals of the project. */
export function judge(measurements: Measurements): Results['goals'] {
  return [commitGoals, overloadGoals, mixedOverloadGoals, processGoals]
    .flatMap((goals) => goals(measurements))
    .map(([title, target, measured]) => {
      const [sign, limitText, unit] = target.split(' ');
      const [value, limit] = [measured.median, Number(limitText)];
      const met = sign === '≥' ? value >= limit : sign === '≤' ? value <= limit : value < limit;
      return { title, target, unit: unit ? ` ${unit}` : '', measured, met };
    });
}

function commitGoals({ matrix, window, 'offered-load': offered }: Measurements): Row[] {
  const ratio = (backend: string, a: ServerName, b: ServerName, connections: number, figure: Figure) =>
    ratioOf(
      cellOf(matrix?.cells, a, backend, { connections }).samples,
      cellOf(matrix?.cells, b, backend, { connections }).samples,
      figure,
    );
  const cpuRatio = (backend: string, a: ServerName, b: ServerName) => ratio(backend, a, b, 64, 'cpuMicrosPerRequest');
  const perUnit = ({ samples }: Cell) => summarize(valuesOf(samples, 'timestampsPerWriteUnit'));
  const prodAt64 = cellOf(matrix?.cells, PROD, 'tls-4ms', { connections: 64 });
  const offeredPerS = offered?.cells[0]?.offeredPerS ?? NaN;
  const underOffer = (name: ServerName) =>
    cellOf(offered?.cells, name, 'tls-4ms', { connections: 64, offeredPerS }).samples;
  const p99Ratio = ratioOf(underOffer('stampede'), underOffer('express-put'), 'p99Ms');
  return [
    [HEADLINE, '≥ 20 ×', cpuRatio('tls-4ms', 'express-put', PROD)],
    [
      `requests per CPU-second at 64 connections, 0 ms, ${EXPRESS}`,
      '≥ 25 ×',
      cpuRatio('ack-0ms', 'express-put', 'stampede'),
    ],
    [
      'CPU per request at 64 connections, 0 ms, against node:http without a database',
      '≤ 1.5 ×',
      cpuRatio('ack-0ms', 'stampede', 'node-bare'),
    ],
    [
      `p50 of one idle client, 4 ms over TLS, prod's window, ${EXPRESS}`,
      '≤ 1.1 ×',
      ratio('tls-4ms', PROD, 'express-put', 1, 'p50Ms'),
    ],
    [`p50 of one idle client, 0 ms, ${EXPRESS}`, '≤ 1.1 ×', ratio('ack-0ms', 'stampede', 'express-put', 1, 'p50Ms')],
    [PER_WRITE_UNIT, '≥ 15', perUnit(prodAt64)],
    ...perUnitAtRate(window?.cells ?? [], perUnit),
    [`p99 at 64 connections, 4 ms over TLS, no window, ${offered?.title}, ${EXPRESS}`, '< 1 ×', p99Ratio],
  ];
}

/** A third of 1,000 requests a second: what each process of prod gets at that rate. */
function perUnitAtRate(cells: readonly Cell[], perUnit: (cell: Cell) => Summary): Row[] {
  const cell = cells.find(
    ({ server, connections, offeredPerS }) =>
      server === PROD && connections === WINDOW_CONNECTIONS && offeredPerS === 333,
  );
  return cell ? [["timestamps per write unit at 333 requests/s offered, prod's window", '≥ 15', perUnit(cell)]] : [];
}

/**
 * Each goal is evaluated at the worst load above the peak.
 * In the first round memory grows with the number of connections,
 * and the young and the old generation reach the sizes that they keep.
 */
function overloadGoals({ overload }: Measurements): Row[] {
  const [peak, ...above] = overload?.cells ?? [];
  const last = above.at(-1);
  if (!peak || !last) throw new Error('overload was not measured; run the whole benchmark');
  const worst = (summaries: readonly Summary[], of: 'min' | 'max') =>
    summaries.toSorted((a, b) => (of === 'min' ? a.median - b.median : b.median - a.median))[0];
  const goodput = worst(
    above.map(({ samples }) => ratioOf(samples, peak.samples, 'requestsPerS')),
    'min',
  );
  const latency = (figure: Figure) =>
    worst(
      above
        .map(({ samples }) => valuesOf(samples, figure))
        .filter(({ length }) => length > 0)
        .map(summarize),
      'max',
    );
  const [refused, admitted] = [latency('refusedP99Ms'), latency('p99Ms')];
  const memory = valuesOf(last.samples, 'residentBytes');
  const clients = above.map(({ connections = 0 }) => connections.toLocaleString('en')).join(', ');
  const at = `at ${clients} clients`;
  return [
    ...(goodput ? [[`requests/s ${at}, against those of the peak`, '≥ 0.9 ×', goodput] as const] : []),
    ...(admitted ? [[`p99 of recorded timestamps ${at}`, '≤ 250 ms', admitted] as const] : []),
    ...(refused ? [[`p99 of refusals ${at}`, '≤ 50 ms', refused] as const] : []),
    ['growth of memory over the rounds with the most clients, after the first', '< 10 %', growth(memory.slice(1))],
  ];
}

function mixedOverloadGoals({ 'mixed-overload': mixed }: Measurements): Row[] {
  const latency = (request: string, figure: Figure) => {
    const cell = mixed?.cells.find((each) => each.request === request);
    return summarize(valuesOf(cell?.samples ?? [], figure));
  };
  const during = 'while 64 clients list and 64 record';
  return [
    [`p99 of ${REQUESTS.health} ${during}`, '< 1000 ms', latency(REQUESTS.health, 'p99Ms')],
    [`longest answer to ${REQUESTS.post} ${during}`, '≤ 8000 ms', latency(REQUESTS.post, 'longestMs')],
  ];
}

function processGoals({ listings, memory, 'start-up': startUp }: Measurements): Row[] {
  const pageSize = Math.max(...(listings?.cells.map((cell) => cell.pageSize ?? 0) ?? []));
  const listed = (name: ServerName) =>
    cellOf(listings?.cells, name, 'dynalite', { connections: LISTING_CONNECTIONS, pageSize }).samples;
  const pages = `of ${pageSize.toLocaleString('en')} timestamps`;
  const cpuMs = valuesOf(listed(PROD), 'cpuMicrosPerRequest').map((micros) => micros / 1_000);
  const started = (name: ServerName) => cellOf(startUp?.cells, name, 'ack-0ms').samples;
  return [
    [`CPU of a page ${pages}`, '≤ 30 ms', summarize(cpuMs)],
    [
      'exec to first 200, bundle against sources',
      '≤ 0.6 ×',
      ratioOf(started('stampede'), started('stampede-unbundled'), 'startUpMs'),
    ],
    [
      'growth of memory from the first to the last reading',
      '< 10 %',
      growth(memory?.cells.flatMap(({ samples }) => valuesOf(samples, 'residentBytes')) ?? []),
    ],
  ];
}

function valuesOf(samples: readonly Sample[], figure: Figure): number[] {
  return samples.flatMap((sample) => sample[figure] ?? []);
}

/** From the first value to the last, in percent. */
function growth(values: readonly number[]): Summary {
  const [first = NaN, last = NaN] = [values[0], values.at(-1)];
  return summarize([(last / first - 1) * 100]);
}
