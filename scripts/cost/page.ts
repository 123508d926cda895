import { decadeAxis } from '../cli/chart-axes.ts';
import { html, htmlPage } from '../cli/html.ts';
import { PRICES_AS_OF } from '../cli/prices.ts';
import { CHART_STYLE, chartFigure } from '../cli/svg-chart.ts';
import { type Bill, billsAt, perMillion, totalOf } from './bills.ts';
import { ASSUMPTIONS, type FleetChoice, SECONDS_PER_MONTH } from './items.ts';
import type { Measured } from './measured.ts';
import { windowChart } from './window-chart.ts';

/** Rates of the curve: 1 to 10,000 per second, three to a decade. */
const RATES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); --soft: currentColor; }
body { background: light-dark(#fff, #121212); color: light-dark(#111, #eee); font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
div { overflow-x: auto; } table { border-collapse: collapse; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
${CHART_STYLE}
.way-0 { color: light-dark(#c2410c, #fb923c); } .way-1 { color: light-dark(#2563eb, #60a5fa); }
.way-2 { color: light-dark(#15803d, #4ade80); } .way-3 { color: light-dark(#7c3aed, #c084fc); }
.way-4 { color: light-dark(#be185d, #f472b6); }
`;

/** The page of the cost per million timestamps over the rate. */
export function costPage(measured: Measured, windows: readonly Measured[], choice: FleetChoice): string {
  const rows = RATES.map((rate) => ({ rate, bills: billsAt(rate, measured, choice) }));
  const titles = rows[0]?.bills.map(({ title }) => title) ?? [];
  const cost = (rate: number, bill: Bill): number => perMillion(bill, rate * SECONDS_PER_MONTH);
  const curves = titles.map((label, index) => ({
    label,
    look: `way-${index}`,
    shape: 'line' as const,
    points: rows.map(({ rate, bills }) => [rate, cost(rate, bills[index] as Bill)] as const),
  }));
  const costs = rows.map(({ rate, bills }) => bills.map((bill) => cost(rate, bill)));
  const chart = chartFigure({
    title: 'Dollars per million timestamps, over the rate',
    x: decadeAxis(RATES, (rate) => `${rate.toLocaleString('en')}/s`),
    y: decadeAxis(costs.flat(), (value) => `$${value}`),
    curves,
    height: 420,
  });
  const main = html`<h1>Cost of a million timestamps</h1>
<p>List prices of ${choice.region} as of ${PRICES_AS_OF}; ${choice.instanceType} in ${choice.zones} zones; benchmark of
${measured.measuredAt.slice(0, 10)}. <code>npm run cost</code> writes this page. It is a calculation, and was not compared with
a bill of AWS.</p>
${chart}
${windows.length > 1 ? windowChart(windows, RATES, choice) : ''}
<h2>Dollars per million, and per month</h2>
<div><table><tr><th>rate</th>${titles.map((title) => html`<th colspan="2">${title}</th>`)}</tr>
${rows.map(
  ({ rate, bills }) =>
    html`<tr><td>${rate.toLocaleString('en')}/s</td>${bills.map((bill) => html`<td>${usd(cost(rate, bill))}</td><td>${usd(totalOf(bill))}</td>`)}</tr>\n`,
)}</table></div>
<h2>Assumptions</h2>
<div><table><tr><th>name</th><th>value</th><th>meaning</th></tr>
${Object.entries(ASSUMPTIONS).map(([name, { value, meaning }]) => html`<tr><td><code>${name}</code></td><td>${value}</td><td>${meaning}</td></tr>\n`)}</table></div>`;
  return htmlPage('Stampede: cost of a million timestamps', STYLE, main);
}

function usd(value: number): string {
  return `$${value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 0 })}`;
}
