import { type Html, html } from '../cli/html.ts';
import { type Bill, perMillion, totalOf } from './bills.ts';
import { SECONDS_PER_MONTH } from './items.ts';

/** A rate and a later month, whose bill is shown beside that of the first month. */
export interface Shown {
  readonly rate: number;
  readonly months: number;
}

/** One bill item by item, in its first month and in a later one, in which its retained data have grown. */
export function billDetails(bill: Bill, later: Bill | undefined, { rate, months }: Shown, isOpen: boolean): Html {
  const rows = bill.items.map(({ name, quantity, usd: price }, row) => {
    const then = later?.items[row]?.usd ?? NaN;
    return html`<tr><td>${name}</td><td>${quantity}</td><td class="number">${usd(price)}</td><td class="number">${usd(then)}</td></tr>\n`;
  });
  const sums = [bill, later].map((each) => html`<td class="number">${usd(each ? totalOf(each) : NaN)}</td>`);
  return html`<details${{ markup: isOpen ? ' open' : '' }}><summary>${bill.title}</summary>
<div><table><tr><th>item</th><th>first month</th><th class="number">month 1</th><th class="number">month ${months}</th></tr>
${rows}<tr class="sum"><td>Sum</td><td>${usd(costOf(rate, bill))} per million</td>${sums}</tr></table></div></details>\n`;
}

/** Price of a million timestamps at a rate. */
export function costOf(rate: number, bill: Bill | undefined): number {
  return bill ? perMillion(bill, rate * SECONDS_PER_MONTH) : NaN;
}

/** An amount for people. */
export function usd(value: number): string {
  return `$${value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 0 })}`;
}
