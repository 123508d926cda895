import { PRICES_AS_OF } from '../cli/prices.ts';
import { ASSUMPTIONS, SECONDS_PER_MONTH } from './assumptions.ts';
import { type Bill, perMillion, totalOf } from './bill.ts';
import { billsAt } from './bills.ts';
import { curveChart } from './curve.ts';
import type { FleetChoice } from './fleet.ts';
import type { Measured } from './measured.ts';

/** Rates of the curve: 1 to 10,000 per second, three to a decade. */
const RATES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}' +
  'th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #cbd5e1}svg{width:100%}';

const usd = (value: number): string => `$${value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 0 })}`;

/** The page of the cost per million timestamps over the rate. Self-contained. */
export function costPage(measured: Measured, choice: FleetChoice): string {
  const bills = RATES.map((rate) => ({ rate, bills: billsAt(rate, measured, choice) }));
  const titles = bills[0]?.bills.map(({ title }) => title) ?? [];
  const cost = (rate: number, bill: Bill | undefined): number =>
    bill ? perMillion(bill, rate * SECONDS_PER_MONTH) : NaN;
  const lines = titles.map((title, index) => ({
    title,
    points: bills.map(({ rate, bills: at }) => [rate, cost(rate, at[index])] as const),
  }));
  const rows = bills.map(
    ({ rate, bills: at }) =>
      `<tr><td>${rate.toLocaleString('en')}/s</td>${at.map((bill) => `<td>${usd(cost(rate, bill))}</td><td>${usd(totalOf(bill))}</td>`).join('')}</tr>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Stampede: cost of a million timestamps</title>
<style>${STYLE}</style>
<h1>Cost of a million timestamps</h1>
<p>List prices of ${choice.region} as of ${PRICES_AS_OF}; ${choice.instanceType} in ${choice.zones} zones; benchmark of
${measured.measuredAt.slice(0, 10)}. Written by <code>npm run cost</code>; change nothing here. It is a calculation: no bill of AWS has been
compared with it.</p>
${curveChart(lines)}
<h2>Dollars per million, and per month</h2>
<table><tr><th>rate</th>${titles.map((title) => `<th colspan="2">${title}</th>`).join('')}</tr>
${rows.join('\n')}</table>
<h2>Assumptions</h2>
<table>${Object.entries(ASSUMPTIONS)
    .map(([name, value]) => `<tr><td><code>${name}</code></td><td>${value}</td></tr>`)
    .join('\n')}</table>
</html>
`;
}
