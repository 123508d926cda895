/** `npm run cost`: the monthly bill at a rate, beside the same rate built in other ways. */
import { writeFile } from 'node:fs/promises';
import { COMMIT_WINDOWS, PROD_WINDOW_MS } from './bench/commit-windows.ts';
import { readResults } from './bench/report.ts';
import type { CommandDescription } from './cli/arguments.ts';
import { main } from './cli/main.ts';
import { PRICED_REGIONS, PRICES_AS_OF } from './cli/prices.ts';
import { textTable } from './cli/table.ts';
import { choice, choiceOfNumbers, positiveNumber, wholeNumber } from './cli/values.ts';
import { type Bill, billsAt, perMillion, totalOf } from './cost/bills.ts';
import { type FleetChoice, SECONDS_PER_MONTH } from './cost/items.ts';
import { measuredOf, measuredWindows } from './cost/measured.ts';
import { costPage } from './cost/page.ts';

const command = {
  name: 'cost',
  summary: 'Calculates the monthly bill at a rate of timestamps, item by item, beside other ways to build the service.',
  options: {
    rate: { value: '<n>', default: '1000', schema: positiveNumber(), help: 'timestamps per second, day and night' },
    region: {
      value: '<region>',
      default: 'eu-west-1',
      schema: choice(PRICED_REGIONS),
      help: PRICED_REGIONS.join(', '),
    },
    instance: { value: '<type>', default: 'c7g.medium', help: 'instance type of the fleet' },
    vcpus: { value: '<n>', default: '1', schema: wholeNumber(1), help: 'processors of that type' },
    zones: { value: '<n>', default: '3', schema: wholeNumber(1), help: 'Availability Zones' },
    nat: { value: '<n>', default: '1', schema: wholeNumber(1), help: 'NAT gateways, or zones of a regional one' },
    window: {
      value: '<ms>',
      default: String(PROD_WINDOW_MS),
      schema: choiceOfNumbers(COMMIT_WINDOWS),
      help: `commit window: ${COMMIT_WINDOWS.join(', ')}`,
    },
    bench: { value: '<path>', default: 'docs/benchmarks/results.json', help: 'results of npm run bench' },
    page: { value: '<path>', help: 'also write the curve from 1 to 10,000 per second as a page' },
  },
  examples: [
    ['npm run cost -- --rate 1000', 'the bill of the prod stage at 1,000 timestamps per second'],
    ['npm run cost -- --page docs/cost.html', 'write the page with the curve'],
  ],
} as const satisfies CommandDescription;

await main(command, async ({ values: { rate, region, instance, vcpus, zones, nat, window, bench, page } }) => {
  const fleet: FleetChoice = { region, instanceType: instance, vcpus, zones, natGateways: nat };
  const results = await readResults(bench);
  const measured = measuredOf(results, window);
  const bills = billsAt(rate, measured, fleet);
  console.log(`USD a month at ${rate.toLocaleString('en')}/s, list prices of ${region} as of ${PRICES_AS_OF}\n`);
  console.log(bills.map((bill) => billText(bill, rate * SECONDS_PER_MONTH)).join('\n\n'));
  if (page !== undefined) await writeFile(page, costPage(measured, measuredWindows(results), fleet));
});

function billText(bill: Bill, timestamps: number): string {
  const rows = bill.items.map(({ name, quantity, usd: price }) => [`  ${name}`, quantity, usd(price)]);
  const sum = ['  Sum', `${usd(perMillion(bill, timestamps))} per million timestamps`, usd(totalOf(bill))];
  return `${bill.title}\n${textTable([...rows, sum])}`;
}

function usd(value: number): string {
  return value.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
