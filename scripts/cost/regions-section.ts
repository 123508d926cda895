import { type Html, html } from '../cli/html.ts';
import { availabilities, availabilityText } from './availability.ts';
import { billDetails, type Shown, usd } from './bill-html.ts';
import { type Bill, totalOf } from './bills.ts';

/** The strategies against the loss of a region. `later` has the bills of the later month, in the same order. */
export interface Strategies extends Shown {
  readonly regions: readonly string[];
  readonly first: readonly Bill[];
  readonly later: readonly Bill[];
}

/** The part of the page that compares the strategies against the loss of a region. */
export function regionsSection({ regions, first, later, ...shown }: Strategies): Html {
  const { rate, months } = shown;
  const rows = first.map((bill, row) => {
    const sums = [bill, later[row]].map((each) => html`<td class="number">${usd(each ? totalOf(each) : NaN)}</td>`);
    return html`<tr><td>${bill.title}</td>${sums}</tr>\n`;
  });
  const uptimes = [1, regions.length].map((count) => {
    const { recording, reading } = availabilities(count);
    return html`<tr><td>${count}</td><td>${availabilityText(recording)}</td><td>${availabilityText(reading)}</td></tr>\n`;
  });
  return html`<h2>Against the loss of a region: USD a month at ${rate.toLocaleString('en')}/s</h2>
<p>List prices of ${regions.join(' and ')}. Only the first and the last of these strategies can be deployed; the others are
priced for comparison. <code>docs/recovery.md</code> says what each of them loses, and for how long.</p>
<div><table><tr><th>strategy</th><th class="number">month 1</th><th class="number">month ${months}</th></tr>
${rows}</table></div>
${first.map((bill, row) => billDetails(bill, later[row], shown, false))}
<div><table><tr><th>regions</th><th>recording, by AWS's service level agreements</th><th>reading</th></tr>
${uptimes}</table></div>`;
}
