import type { Sample } from '../measure/window.ts';
import { figureOf, type Results } from '../results.ts';
import { CEILING, STAMPEDE } from '../servers.ts';
import { median, summarize } from '../statistics.ts';
import { barChart, escapeXml } from './bars.ts';
import { number } from './numbers.ts';
import { CELL_HEAD, cellRows, GOAL_HEAD, goalRows } from './terminal.ts';

const STYLE = `
:root { color-scheme: light dark; --ours: #c2410c; --other: #94a3b8; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
svg { width: 100%; font-size: 13px; } svg text { fill: currentColor; }
.ours { fill: var(--ours); } .other { fill: var(--other); } .spread { stroke: currentColor; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
`;

/** The page that shows one run: goals first, then plots, then every figure. Self-contained. */
export function page(results: Results): string {
  const { measuredAt } = results.circumstances;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Stampede: benchmark of ${measuredAt.slice(0, 10)}</title>
<style>${STYLE}</style>
<h1>What a timestamp costs</h1>
<p>${escapeXml(circumstancesText(results))}</p>
<h2>Goals</h2>
${table(GOAL_HEAD, goalRows(results))}
${plots(results)}
<h2>Start-up, from exec to the first 200</h2>
${startUpChart(results)}
<h2>Resident memory</h2>
${table(
  ['server', 'after', 'MB'],
  results.memory.map(({ server, requests, residentBytes }) => [
    results.titles[server] ?? server,
    `${requests.toLocaleString('en')} requests`,
    number(residentBytes / 2 ** 20),
  ]),
)}
<h2>Every figure</h2>
<p>Medians of the rounds; CPU with its spread. "Generator" is the share of a core that the load generator needed.</p>
${cellTables(results)}
</html>
`;
}

/** How it was measured, in sentences. */
export function circumstancesText({ circumstances, plan, skipped, generatorLimits }: Results): string {
  const { measuredAt, commit, node, cpu, cores, pinned, loadBefore, loadAfter } = circumstances;
  const missing = Object.entries(skipped).map(([name, why]) => ` Not measured: ${name}, because ${why}.`);
  return (
    `Measured ${measuredAt.slice(0, 16)}Z on commit ${commit}, Node ${node}, ${cores} × ${cpu}; ` +
    `each process ${pinned ? 'bound to a core, the server alone on its own' : 'wherever the system put it'}. ` +
    `${plan.rounds} interleaved rounds of ${plan.windowMs / 1000} s. Load average ${number(loadBefore)} before, ` +
    `${number(loadAfter)} after: what exceeds 2 is the work of others, which slows all servers alike; hence the ratios. ` +
    `The load generator sends up to ${number(median(generatorLimits))} requests/s to a server that does nothing.` +
    missing.join('')
  );
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const cells = (tag: string, row: readonly string[]) =>
    row.map((cell) => `<${tag}>${escapeXml(cell)}</${tag}>`).join('');
  return `<table><tr>${cells('th', head)}</tr>\n${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n')}</table>`;
};

const PLOTS: readonly [figure: keyof Sample, title: string, unit: string, backend: string, connections: number][] = [
  ['cpuMicrosPerRequest', 'CPU per request', 'µs', 'ack-0ms', 64],
  ['requestsPerS', 'Requests per second of one process', '/s', 'ack-4ms', 64],
  ['p99Ms', '99th percentile of latency', 'ms', 'ack-4ms', 64],
  ['timestampsPerWriteUnit', 'Timestamps per write unit', '', 'ack-4ms', 256],
];

const plots = (results: Results): string =>
  PLOTS.map(([figure, title, unit, backend, connections]) => {
    const bars = results.cells
      .filter((cell) => cell.backend === backend && cell.connections === connections)
      .filter((cell) => figure !== 'timestampsPerWriteUnit' || cell.server !== CEILING.name)
      .map(({ server, samples }) => {
        const { median: value, min, max } = figureOf(samples, figure);
        return { label: results.titles[server] ?? server, value, min, max, ours: server === STAMPEDE.name };
      });
    return `<h2>${title}</h2>\n<p>${backend}, ${connections} connections</p>\n${barChart(title, unit, bars)}`;
  }).join('\n');

const startUpChart = ({ startUp }: Results): string =>
  barChart(
    'Start-up',
    'ms',
    startUp.map(({ server, title, samplesMs }) => {
      const { median: value, min, max } = summarize(samplesMs);
      return { label: title, value, min, max, ours: server === STAMPEDE.name };
    }),
  );

const cellTables = ({ cells, workers, shortCuts, offeredLoad, titles }: Results): string =>
  [
    ['One process', cells],
    [`pm2 with ${workers.workers} workers`, workers.cells],
    ['Stampede with and without its short cuts past Express and past the AWS SDK', shortCuts],
    [`${offeredLoad.ratePerSecond} requests/s offered`, offeredLoad.cells],
  ]
    .map(([title, list]) => `<h3>${title}</h3>\n${table(CELL_HEAD, cellRows(list as Results['cells'], titles))}`)
    .join('\n');
