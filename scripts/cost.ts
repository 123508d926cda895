/** `npm run cost`: the monthly bill of a stage at a rate, beside the same rate built in other ways. */
import { writeFile } from 'node:fs/promises';
import { readAssembly } from './account/assembly.ts';
import { readSynthesis } from './account/synthesis.ts';
import { COMMIT_WINDOWS, type CommitWindow } from './bench/commit-windows.ts';
import { readResults } from './bench/report.ts';
import type { CommandDescription } from './cli/arguments.ts';
import { OperatorError, UsageError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { PRICED_REGIONS, PRICES_AS_OF } from './cli/prices.ts';
import { textTable } from './cli/table.ts';
import { choiceOfNumbers, positiveNumber, STAGE_OPTION, wholeNumber } from './cli/values.ts';
import { instanceAdvice } from './cost/advice.ts';
import { availabilities, availabilityText } from './cost/availability.ts';
import { type Bill, billsAt, perMillion, stampedeBill, totalOf } from './cost/bills.ts';
import { CHEAPEST, cheapestBill, costGoals, goalText } from './cost/goals.ts';
import { ASSUMED, SECONDS_PER_MONTH } from './cost/items.ts';
import { type Measured, measuredOf, measuredWindows } from './cost/measured.ts';
import { costPage } from './cost/page.ts';
import type { Strategies } from './cost/regions-section.ts';
import { type PricedStage, readPricedStage } from './cost/stage.ts';
import { strategyBills } from './cost/strategies.ts';
import { CDK_OPTIONS } from './stage/cdk.ts';
import { REGIONS_OPTIONS } from './stage/regions/options.ts';
import { regionSettings } from './stage/regions/steps.ts';

const command = {
  name: 'cost',
  summary:
    'Calculates the monthly bill of a stage at a rate of timestamps, item by item, beside other ways to build it.',
  options: {
    stage: { ...STAGE_OPTION, default: 'prod' },
    set: CDK_OPTIONS.set,
    regions: {
      ...REGIONS_OPTIONS.regions,
      help: 'the bill of the stage in these regions, the home region first, and of other strategies against the loss of a region',
    },
    rate: { value: '<n>', default: '1000', schema: positiveNumber(), help: 'timestamps per second, day and night' },
    months: {
      value: '<n>',
      default: '12',
      schema: wholeNumber(1, 600),
      help: 'also show the bill of this month: tables, backups and logs have grown',
    },
    window: {
      value: '<ms>',
      schema: choiceOfNumbers(COMMIT_WINDOWS),
      help: `commit window: ${COMMIT_WINDOWS.join(', ')} (default: that of the stage)`,
    },
    bench: { value: '<path>', default: 'docs/benchmarks/results.json', help: 'results of npm run bench' },
    page: {
      value: '<path>',
      help: 'also write the page with goals, curves and bills, and with --regions the strategies',
    },
  },
  examples: [
    ['npm run cost -- --rate 1000', 'the bill of the prod stage at 1,000 timestamps per second'],
    [
      'npm run cost -- --set instanceType=m8g.medium --set nat=single',
      'with other settings of infra/settings/table.ts',
    ],
    ['npm run cost -- --regions eu-west-1,eu-central-1', 'prod in two regions, and the strategies between one and two'],
    ['npm run cost -- --regions eu-west-1,eu-central-1 --page docs/cost.html', 'also write the page'],
  ],
} as const satisfies CommandDescription;

/** A domain that does not exist: it does not change the price. */
const ANY_DOMAIN = ['domainName=any.example.org', 'hostedZoneId=Z0', 'hostedZoneName=example.org'];

await main(command, async ({ values }) => {
  const { stage: name, rate, months, window, bench, page, regions } = values;
  const results = await readResults(bench);
  if (regions) refuseUnpriced(regions);
  const set = regions ? [...values.set, `region=${regions[0]}`] : values.set;
  const stage = await synthesize(name, set);
  if (!regions && stage.regions.length > 1)
    throw new UsageError(`expected --regions ${stage.regions.join(',')} instead of the setting regions`);
  const measured = measuredOf(results, window ?? measuredWindow(stage.commitWindowMs));
  const strategies = regions && (await strategiesIn(regions, values, { stage, measured }));
  console.log(
    `USD a month of stage ${name} at ${rate.toLocaleString('en')}/s, list prices of ` +
      `${regions?.join(' and ') ?? stage.region} as of ${PRICES_AS_OF}\n`,
  );
  if (strategies) printStrategies(strategies);
  if (strategies && page === undefined) return;
  const cheapest = await synthesize(name, [...set, ...CHEAPEST.settings], `the cheapest variant of stage ${name}`);
  if (!strategies) printBills({ stage, cheapest, measured, rate, months, name });
  if (page === undefined) return;
  const windows = measuredWindows(results);
  await writeFile(page, costPage({ measured, windows, stage, cheapest, months, strategies }));
});

interface Costed {
  readonly stage: PricedStage;
  readonly measured: Measured;
}

interface PrintedBills extends Costed {
  readonly name: string;
  readonly cheapest: PricedStage;
  readonly rate: number;
  readonly months: number;
}

function printBills({ name, stage, cheapest, measured, rate, months }: PrintedBills): void {
  const cheapestAt = (rate: number, month = 1) =>
    cheapestBill({ rate, measured, stage: cheapest, months: month }, ASSUMED.savingsPlan);
  const billsOf = (month: number) => [...billsAt({ rate, measured, stage, months: month }), cheapestAt(rate, month)];
  const later = billsOf(months);
  for (const [index, bill] of billsOf(1).entries())
    console.log(`${billText(bill, later[index] ?? bill, rate, months)}\n`);
  const dayUsd = (totalOf(stampedeBill({ rate, measured, stage })) * 24) / ASSUMED.hoursPerMonth;
  console.log(`A day of stage ${name} costs ${usd(dayUsd)} USD in the first month.`);
  console.log(`The cheapest variant has ${CHEAPEST.meaning}.\n\nGoals for the first month`);
  for (const goal of costGoals({ measured, stage }, cheapestAt)) console.log(`  ${goalText(goal)}`);
  console.log('\nInstances');
  for (const sentence of instanceAdvice(stage)) console.log(`  ${sentence}`);
}

/** @throws UsageError that names the regions without prices */
function refuseUnpriced(regions: readonly string[]): void {
  const unpriced = regions.filter((region) => !PRICED_REGIONS.includes(region));
  if (unpriced.length === 0) return;
  throw new UsageError(
    `--regions has ${unpriced.join(', ')}, for which scripts/cli/prices.json has no prices: expected ${PRICED_REGIONS.join(', ')}`,
  );
}

/** The bills of the strategies against the loss of a region, from the stage alone and as it is in each region. */
async function strategiesIn(
  regions: readonly [string, ...string[]],
  { stage: name, set, rate, months }: { stage: string; set: readonly string[]; rate: number; months: number },
  { stage: alone, measured }: Costed,
): Promise<Strategies> {
  const secretArn = `arn:aws:secretsmanager:${regions[0]}:123456789012:secret:any-aBcDeF`;
  const stages: PricedStage[] = [];
  for (const region of regions) {
    const settings = regionSettings({ region, stacks: 'all' }, regions, { tableName: 'any-table', secretArn });
    stages.push(await synthesize(name, [...ANY_DOMAIN, ...set, ...settings], `stage ${name} in ${region}`));
  }
  const billsOf = (month: number) => strategyBills({ rate, measured, months: month, alone, regions: stages });
  return { regions, rate, months, first: billsOf(1), later: billsOf(months) };
}

function printStrategies({ regions, rate, months, first, later }: Strategies): void {
  const [built, builtLater] = [first.at(-1), later.at(-1)];
  if (built && builtLater) console.log(`${billText(built, builtLater, rate, months)}\n`);
  const sums = first.map((bill, row) => [bill.title, usd(totalOf(bill)), usd(totalOf(later[row] ?? bill))]);
  console.log(`${textTable([['Strategy', 'month 1', `month ${months}`], ...sums])}\n`);
  const uptimes = [1, regions.length].map((count) => {
    const { recording, reading } = availabilities(count);
    return [`${count}`, availabilityText(recording), availabilityText(reading)];
  });
  console.log(textTable([['Regions', "recording, by AWS's service level agreements", 'reading'], ...uptimes]));
}

function synthesize(stage: string, settings: readonly string[], what?: string): Promise<PricedStage> {
  const read = async (folder: string) => {
    const { templates, region } = await readAssembly(folder, stage);
    return readPricedStage(templates, region);
  };
  return readSynthesis(stage, settings, read, what);
}

/** @throws OperatorError when the stage's window was not measured. */
function measuredWindow(commitWindowMs: number): CommitWindow {
  const window = COMMIT_WINDOWS.find((ms) => ms === commitWindowMs);
  if (window !== undefined) return window;
  throw new OperatorError(
    `the stage has a commit window of ${commitWindowMs} ms, which is not measured: choose --window ${COMMIT_WINDOWS.join(', ')}`,
  );
}

function billText(bill: Bill, later: Bill, rate: number, months: number): string {
  const rows = bill.items.map(({ name, quantity, usd: price }, row) => [
    `  ${name}`,
    quantity,
    usd(price),
    usd(later.items[row]?.usd ?? Number.NaN),
  ]);
  const price = `${usd(perMillion(bill, rate * SECONDS_PER_MONTH))} per million timestamps`;
  const head = ['  item', 'first month', 'month 1', `month ${months}`];
  return `${bill.title}\n${textTable([head, ...rows, ['  Sum', price, usd(totalOf(bill)), usd(totalOf(later))]])}`;
}

function usd(value: number): string {
  return value.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
