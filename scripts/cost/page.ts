import { decadeAxis } from '../cli/chart-axes.ts';
import { type Html, html, htmlPage } from '../cli/html.ts';
import { PRICE_NOTES, PRICES_AS_OF, PRICES_SOURCE } from '../cli/prices.ts';
import { CHART_STYLE, chartFigure } from '../cli/svg-chart.ts';
import { billDetails, costOf, usd } from './bill-html.ts';
import { type Bill, billsAt, keepingAYear, totalOf } from './bills.ts';
import { CHEAPEST, cheapestBill, costGoals, goalText } from './goals.ts';
import { ASSUMED, ASSUMPTIONS } from './items.ts';
import type { Measured } from './measured.ts';
import { regionsSection, type Strategies } from './regions-section.ts';
import type { PricedStage } from './stage.ts';
import { windowChart } from './window-chart.ts';

/** Rates of the curve: 1 to 10,000 per second, three to a decade. */
const RATES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

/** Rates whose bills are shown item by item. */
const ITEMISED = [1_000, 10_000];

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); --soft: currentColor; }
body { background: light-dark(#fff, #121212); color: light-dark(#111, #eee); font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
div { overflow-x: auto; } table { border-collapse: collapse; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
.number { text-align: right; } .sum td { font-weight: bold; }
${CHART_STYLE}
.way-0 { color: light-dark(#c2410c, #fb923c); } .way-1 { color: light-dark(#2563eb, #60a5fa); }
.way-2 { color: light-dark(#15803d, #4ade80); } .way-3 { color: light-dark(#7c3aed, #c084fc); }
.way-4 { color: light-dark(#be185d, #f472b6); }
`;

export interface CostPageOptions {
  readonly measured: Measured;
  /** What was measured with each commit window. */
  readonly windows: readonly Measured[];
  readonly stage: PricedStage;
  /** The same stage with the settings of the cheapest sensible variant. */
  readonly cheapest: PricedStage;
  /** The month whose bill is shown beside that of the first one. */
  readonly months: number;
  /** What the loss of a region costs. @default - the page does not say */
  readonly strategies?: Strategies | undefined;
}

/** The page of the cost per million timestamps: goals, curves, bills item by item, assumptions. */
export function costPage({ measured, windows, stage, cheapest, months, strategies }: CostPageOptions): string {
  const base = { measured, stage };
  const onCheapest = (rate: number, month = 1) =>
    cheapestBill({ measured, stage: cheapest, rate, months: month }, ASSUMED.savingsPlan);
  const billsOf = (rate: number, month = 1): Bill[] => [
    ...billsAt({ ...base, rate, months: month }),
    onCheapest(rate, month),
  ];
  const rows = RATES.map((rate) => ({ rate, bills: billsOf(rate) }));
  const goals = costGoals(base, onCheapest);
  const main = html`<h1>Cost of a million timestamps</h1>
<p>List prices of ${stage.region} as of ${PRICES_AS_OF}. The stage is read from its synthesised templates:
${stage.instanceType}, at least ${stage.minInstances} in ${stage.zones} zones, ${stage.natGateways} NAT gateways, commit window
of ${measured.commitWindow} ms. The cheapest variant has ${CHEAPEST.meaning}. Benchmark of ${measured.measuredAt.slice(0, 10)}. <code>npm run cost -- --page</code> writes this
page. It is a calculation, and was not compared with a bill of AWS.</p>
<p>The number of instances follows from the CPU time that the benchmark measured. It was not measured on EC2: the setting
<code>ratePerInstance</code>, from which the stack derives its bounds, is lower, and a slower processor needs more instances.</p>
<h2>Goals for the first month</h2>
<ul>${goals.map((goal) => html`<li>${goalText(goal)}</li>\n`)}</ul>
${rateChart(rows)}
${windows.length > 1 ? windowChart(windows, RATES, stage) : ''}
<h2>Dollars per million, and per month</h2>
${rateTable(rows)}
${ITEMISED.map((rate) => itemised(rate, months, billsOf))}
${yearTable(ITEMISED.map((rate) => ({ rate, ...keepingAYear({ ...base, rate }) })))}
${strategies ? regionsSection(strategies) : ''}
<h2>Assumptions</h2>
<div><table><tr><th>name</th><th>value</th><th>meaning</th></tr>
${Object.entries(ASSUMPTIONS).map(([name, { value, meaning }]) => html`<tr><td><code>${name}</code></td><td>${value}</td><td>${meaning}</td></tr>\n`)}</table></div>
<h2>Prices</h2>
<p>${PRICES_SOURCE} <code>scripts/cli/prices.json</code> has all of them, with these notes:</p>
<div><table><tr><th>price</th><th>note</th></tr>
${Object.entries(PRICE_NOTES).map(([name, note]) => html`<tr><td><code>${name}</code></td><td>${note}</td></tr>\n`)}</table></div>`;
  return htmlPage('Stampede: cost of a million timestamps', STYLE, main);
}

type Row = { readonly rate: number; readonly bills: readonly Bill[] };

function rateChart(rows: readonly Row[]) {
  const curves = (rows[0]?.bills ?? []).map(({ title }, index) => ({
    label: title,
    look: `way-${index}`,
    shape: 'line' as const,
    points: rows.map(({ rate, bills }) => [rate, costOf(rate, bills[index])] as const),
  }));
  return chartFigure({
    title: 'Dollars per million timestamps, over the rate',
    x: decadeAxis(RATES, (rate) => `${rate.toLocaleString('en')}/s`),
    y: decadeAxis(
      curves.flatMap(({ points }) => points.map(([, cost]) => cost)),
      (value) => `$${value}`,
    ),
    curves,
    height: 420,
  });
}

function rateTable(rows: readonly Row[]): Html {
  const titles = rows[0]?.bills.map(({ title }) => title) ?? [];
  return html`<div><table><tr><th>rate</th>${titles.map((title) => html`<th colspan="2">${title}</th>`)}</tr>
${rows.map(
  ({ rate, bills }) =>
    html`<tr><td>${rate.toLocaleString('en')}/s</td>${bills.map((bill) => html`<td>${usd(costOf(rate, bill))}</td><td>${usd(totalOf(bill))}</td>`)}</tr>\n`,
)}</table></div>`;
}

/** Each bill of a rate, item by item. */
function itemised(rate: number, months: number, billsOf: (rate: number, month?: number) => Bill[]): Html {
  const later = billsOf(rate, months);
  const sections = billsOf(rate).map((bill, index) => billDetails(bill, later[index], { rate, months }, index === 0));
  return html`<h2>USD a month at ${rate.toLocaleString('en')}/s</h2>\n${sections}`;
}

/** What it costs to keep what one year has recorded for another year. */
function yearTable(rows: readonly (ReturnType<typeof keepingAYear> & { readonly rate: number })[]): Html {
  return html`<h2>Keeping a year of timestamps for another year</h2>
<p>The table with point-in-time recovery, without backups; the archive in Glacier Instant Retrieval. An export is paid for once.</p>
<div><table><tr><th>rate</th><th>in the table</th><th>table</th><th>archive</th><th>export, once</th></tr>
${rows.map(({ rate, yearGb, tableUsd, archiveUsd, exportUsd }) => html`<tr><td>${rate.toLocaleString('en')}/s</td><td>${yearGb.toLocaleString('en', { maximumFractionDigits: 0 })} GB</td><td>${usd(tableUsd)}</td><td>${usd(archiveUsd)}</td><td>${usd(exportUsd)}</td></tr>\n`)}</table></div>`;
}
