import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OperatorError } from '../cli/errors.ts';
import { type Html, html, htmlPage } from '../cli/html.ts';
import { PRICES_AS_OF } from '../cli/prices.ts';
import { readJson } from '../cli/read-json.ts';
import { withBlock } from './generated-block.ts';
import { HEADLINE, PER_WRITE_UNIT } from './goals.ts';
import { type Figure, type Results, type Run, resultsSchema, type Summary } from './results.ts';
import { goalTable, number, PRICE_REGION, partTable, type Table } from './tables.ts';

/** Every sample of every round of the last run; git ignores this folder, CI keeps the file. */
export const ROUNDS_FILE = '.data/bench/rounds.json';

/** Writes the samples, the results, and the pages that show them. */
export async function writeReport({ rounds, results }: Run, folder: string, roundsFile = ROUNDS_FILE): Promise<void> {
  for (const path of [dirname(roundsFile), folder]) await mkdir(path, { recursive: true });
  await writeFile(roundsFile, jsonText(rounds));
  await writeFile(join(folder, 'results.json'), jsonText(results));
  await writePages(folder);
}

/** The folder whose figures the README quotes. */
export const PUBLISHED = 'docs/benchmarks';

/** Writes the pages of `results.json`, and the block of the README that quotes published results. */
export async function writePages(folder: string): Promise<void> {
  const results = await readResults(join(folder, 'results.json'));
  if (folder === PUBLISHED) {
    await writeFile('README.md', withBlock(await readFile('README.md', 'utf8'), 'bench', headlineText(results)));
  }
  await writeFile(join(folder, 'index.html'), page(results));
  await writeFile(join(folder, 'README.md'), readme(results));
  console.error(`written: ${folder}`);
}

/** @throws OperatorError when the file is missing, or not of this version of the benchmark. */
export async function readResults(path: string): Promise<Results> {
  if (existsSync(path)) return readJson(path, resultsSchema);
  throw new OperatorError(`${path} does not exist: run npm run bench first, or name another file`);
}

/** JSON with four digits a number and one line a summary, so that two runs can be compared as text. */
function jsonText(value: object): string {
  const text = JSON.stringify(value, toFourDigits, 1);
  return `${text.replace(/\{\s*"median"[^}]*\}/g, (summary) => summary.replace(/\s+/g, ' '))}\n`;
}

function toFourDigits(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

const STYLE = `
:root { color-scheme: light dark; --ours: #c2410c; --other: #94a3b8; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
div { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; font-weight: normal; padding: .3rem .6rem; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
thead th { font-weight: bold; }
.bars th { width: 18rem; } .bars td:last-child { width: 12.5rem; } .bars td, .bars th { border: 0; padding: .15rem .6rem; }
.bar { position: relative; display: block; height: 1rem; min-width: 5rem; } .bar i { position: absolute; }
.bar .middle { height: 100%; background: var(--other); } [class^="stampede"] .middle { background: var(--ours); }
.bar .range { top: 50%; border-top: 1px solid currentColor; }
`;

/** The charts: part, figure, title, unit, backend and load. */
const PLOTS: readonly [
  part: string,
  Figure,
  title: string,
  unit: string,
  backend: string,
  connections?: number,
  offeredPerS?: number,
][] = [
  ['matrix', 'cpuMicrosPerRequest', 'CPU per request', ' µs', 'tls-4ms', 64],
  ['matrix', 'requestsPerS', 'Requests per second of one process', ' /s', 'tls-4ms', 64],
  ['matrix', 'p99Ms', '99th percentile of latency', ' ms', 'tls-4ms', 64],
  ['matrix', 'timestampsPerWriteUnit', 'Timestamps per write unit', '', 'tls-4ms', 64],
  ['window', 'timestampsPerWriteUnit', 'Timestamps per write unit, by commit window', '', 'tls-4ms', 256, 333],
  ['window', 'p50Ms', 'Median latency, by commit window', ' ms', 'tls-4ms', 256, 333],
  ['matrix', 'cpuMicrosPerRequest', 'CPU per request in the limit case: no latency, no TLS', ' µs', 'ack-0ms', 64],
  ['start-up', 'startUpMs', 'Start-up, from exec to the first 200', ' ms', 'ack-0ms'],
];

/** The page of one run: first the goals, then plots, then every figure. */
export function page(results: Results): string {
  const title = `Stampede: benchmark of ${results.circumstances.measuredAt.slice(0, 10)}`;
  const main = html`<h1>What a timestamp costs</h1>
<p>${circumstancesText(results)}</p>
<h2>Goals</h2>
${table(goalTable(results))}
${PLOTS.map((plot) => drawPlot(results, plot))}
<h2>Every figure</h2>
<p>Medians of the rounds; for CPU and start-up also the range. "Generator" is the share of a core that the load generator used.
"Units" is what the write units of a million timestamps cost at the list price of ${PRICE_REGION} as of ${PRICES_AS_OF}.</p>
${Object.values(results.parts).map((part) => html`<h3>${part.title}</h3>\n${table(partTable(part))}\n`)}`;
  return htmlPage(title, STYLE, main);
}

export function readme(results: Results): string {
  const [head = [], ...rows] = goalTable(results);
  return `# Benchmark

\`npm run bench\` writes this file. [index.html](index.html) has the plots and every figure,
[results.json](results.json) the same figures as data.

${circumstancesText(results)}

${[head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')}
`;
}

/** The headline for the README; without figures while the results have none of the headline's load. */
export function headlineText({ goals }: Results): string {
  const measured = (title: string) => goals.find((goal) => goal.title === title)?.measured.median;
  const [ratio, perUnit] = [measured(HEADLINE), measured(PER_WRITE_UNIT)];
  const link = '([`npm run bench`](docs/benchmarks/README.md))';
  if (ratio === undefined || perUnit === undefined) return `  ${link}.`;
  return `  With 64 connections, TLS to the database and prod's commit window, the service handles
  ${number(ratio)} times as many requests per CPU-second as Express with one \`PutItem\` per request.
  It stores ${number(perUnit)} timestamps per write unit
  ${link}.`;
}

/** How the run was measured, in sentences. */
function circumstancesText({ circumstances, skipped, parts }: Results): string {
  const { measuredAt, commit, node, cpu, cores, pinned, loadBefore, loadAfter, rounds, windowMs } = circumstances;
  const limit = parts['headroom']?.cells[0]?.figures.requestsPerS?.median ?? NaN;
  const missing = Object.entries(skipped).map(([name, why]) => ` Not measured: ${name}, because ${why}.`);
  return (
    `Measured ${measuredAt.slice(0, 16)}Z on commit ${commit}, Node ${node}, ${cores} × ${cpu}. ` +
    `${pinned ? 'Each process was bound to a core; the server had one to itself.' : 'The system chose the cores.'} ` +
    `${rounds} interleaved rounds of ${windowMs / 1000} s. The load average was ${number(loadBefore)} before and ` +
    `${number(loadAfter)} after. Above 2, other programs used the machine too; they slow all servers alike, so compare ` +
    `the ratios. The load generator sends up to ${number(limit)} requests/s to a server that does nothing.` +
    missing.join('')
  );
}

function table([head = [], ...rows]: Table): Html {
  return html`<div><table><thead><tr>${head.map((cell) => html`<th>${cell}</th>`)}</tr></thead>
${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</table></div>`;
}

/** Horizontal bars as a table: each with a line from the smallest to the largest round. */
function drawPlot({ parts }: Results, [part, figure, title, unit, backend, connections, rate]: (typeof PLOTS)[number]) {
  const cells = (parts[part]?.cells ?? []).filter(
    (cell) =>
      cell.backend === backend && cell.connections === connections && cell.offeredPerS === rate && cell.figures[figure],
  );
  if (cells.length === 0) return '';
  const top = Math.max(...cells.map(({ figures }) => figures[figure]?.max ?? 0));
  return html`<h2>${title}</h2>
<p>${backend}${connections && `, ${connections} connections`}${rate && `, ${rate} requests/s offered`}</p>
<div><table class="bars">
${cells.map(({ server, title: label, figures }) => figures[figure] && drawBar(label, server, figures[figure], unit, top))}</table></div>
`;
}

function drawBar(label: string, server: string, summary: Summary, unit: string, top: number): Html {
  const percent = (value: number): string => `${((value / top) * 100).toFixed(1)}%`;
  const { median, min, max } = summary;
  return html`<tr class="${server}"><th scope="row">${label}</th><td><span class="bar" aria-hidden="true"><i class="middle" style="width:${percent(median)}"></i><i class="range" style="left:${percent(min)};width:${percent(max - min)}"></i></span></td><td>${number(median)}${unit} (${number(min)}–${number(max)})</td></tr>
`;
}
