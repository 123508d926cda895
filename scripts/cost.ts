/** `npm run cost`: the monthly bill at a rate, beside the same rate built in other ways. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Results } from './bench/results.ts';
import type { CommandDescription } from './cli/arguments.ts';
import { OperatorError, UsageError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { PRICED_REGIONS, PRICES_AS_OF } from './cli/prices.ts';
import { textTable } from './cli/table.ts';
import { SECONDS_PER_MONTH } from './cost/assumptions.ts';
import { type Bill, perMillion, totalOf } from './cost/bill.ts';
import { billsAt } from './cost/bills.ts';
import type { FleetChoice } from './cost/fleet.ts';
import { measuredOf } from './cost/measured.ts';
import { costPage } from './cost/page.ts';

const command = {
  name: 'cost',
  summary: 'Calculates the monthly bill at a rate of timestamps, item by item, beside other ways to build the service.',
  options: {
    rate: { type: 'string', value: '<n>', default: '1000', help: 'timestamps per second, day and night' },
    region: { type: 'string', value: '<region>', default: 'eu-west-1', help: PRICED_REGIONS.join(', ') },
    instance: { type: 'string', value: '<type>', default: 'c7g.medium', help: 'instance type of the fleet' },
    vcpus: { type: 'string', value: '<n>', default: '1', help: 'processors of that type' },
    zones: { type: 'string', value: '<n>', default: '3', help: 'Availability Zones' },
    nat: { type: 'string', value: '<n>', default: '1', help: 'NAT gateways' },
    bench: {
      type: 'string',
      value: '<path>',
      default: 'docs/benchmarks/results.json',
      help: 'what npm run bench measured',
    },
    page: { type: 'string', value: '<path>', help: 'also write the curve from 1 to 10,000 per second as a page' },
  },
  examples: [
    ['npm run cost -- --rate 1000', 'the bill of the prod stage at 1,000 timestamps per second'],
    ['npm run cost -- --page docs/cost.html', 'write the page with the curve'],
  ],
} as const satisfies CommandDescription;

const positive = (name: string, text: string): number => {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UsageError(`--${name} is '${text}': expected a number above 0`);
};

const usd = (value: number): string =>
  value.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const billText = (bill: Bill, timestamps: number): string => {
  const rows = bill.items.map(({ name, quantity, usd: price }) => [`  ${name}`, quantity, usd(price)]);
  const sum = ['  Sum', `${usd(perMillion(bill, timestamps))} per million timestamps`, usd(totalOf(bill))];
  return `${bill.title}\n${textTable([...rows, sum])}`;
};

await main(command, async ({ values }) => {
  const rate = positive('rate', values.rate);
  const choice: FleetChoice = {
    region: values.region,
    instanceType: values.instance,
    vcpus: positive('vcpus', values.vcpus),
    zones: positive('zones', values.zones),
    natGateways: positive('nat', values.nat),
  };
  const text = await readFile(values.bench, 'utf8').catch((cause: unknown) => {
    throw new OperatorError(`${values.bench} cannot be read: run npm run bench first, or name a result by --bench`, {
      cause,
    });
  });
  const measured = measuredOf(JSON.parse(text) as Results);
  const bills = billsAt(rate, measured, choice);
  console.log(`USD a month at ${rate.toLocaleString('en')}/s, list prices of ${values.region} as of ${PRICES_AS_OF}\n`);
  console.log(bills.map((bill) => billText(bill, rate * SECONDS_PER_MONTH)).join('\n\n'));
  if (values.page !== undefined) await writeFile(values.page, costPage(measured, choice));
});
