/** `npm run cost`: the monthly bill of a stage at a rate, beside the same rate built in other ways. */
import { writeFile } from 'node:fs/promises';
import { readAssembly } from './account/assembly.ts';
import { readSynthesis } from './account/synthesis.ts';
import { COMMIT_WINDOWS, type CommitWindow } from './bench/commit-windows.ts';
import { readResults } from './bench/report.ts';
import type { CommandDescription } from './cli/arguments.ts';
import { OperatorError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { PRICES_AS_OF } from './cli/prices.ts';
import { textTable } from './cli/table.ts';
import { choiceOfNumbers, positiveNumber, STAGE_OPTION, wholeNumber } from './cli/values.ts';
import { type Bill, billsAt, perMillion, stampedeBill, totalOf } from './cost/bills.ts';
import { CHEAPEST, cheapestBill, costGoals, goalText } from './cost/goals.ts';
import { ASSUMED, SECONDS_PER_MONTH } from './cost/items.ts';
import { measuredOf, measuredWindows } from './cost/measured.ts';
import { costPage } from './cost/page.ts';
import { type PricedStage, readPricedStage } from './cost/stage.ts';
import { CDK_OPTIONS } from './stage/cdk.ts';

const command = {
  name: 'cost',
  summary:
    'Calculates the monthly bill of a stage at a rate of timestamps, item by item, beside other ways to build it.',
  options: {
    stage: { ...STAGE_OPTION, default: 'prod' },
    set: CDK_OPTIONS.set,
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
    page: { value: '<path>', help: 'also write the page with goals, curves and bills' },
  },
  examples: [
    ['npm run cost -- --rate 1000', 'the bill of the prod stage at 1,000 timestamps per second'],
    [
      'npm run cost -- --set instanceType=m8g.medium --set nat=single',
      'with other settings of infra/settings/table.ts',
    ],
    ['npm run cost -- --page docs/cost.html', 'write the page'],
  ],
} as const satisfies CommandDescription;

await main(command, async ({ values: { stage: name, set, rate, months, window, bench, page } }) => {
  const results = await readResults(bench);
  const stage = await synthesize(name, set);
  const measured = measuredOf(results, window ?? measuredWindow(stage.commitWindowMs));
  const cheapest = await synthesize(name, [...set, ...CHEAPEST.settings]);
  const cheapestAt = (rate: number, month = 1) =>
    cheapestBill({ rate, measured, stage: cheapest, months: month }, ASSUMED.savingsPlan);
  console.log(
    `USD a month of stage ${name} at ${rate.toLocaleString('en')}/s, list prices of ${stage.region} as of ${PRICES_AS_OF}\n`,
  );
  const billsOf = (month: number) => [...billsAt({ rate, measured, stage, months: month }), cheapestAt(rate, month)];
  const later = billsOf(months);
  for (const [index, bill] of billsOf(1).entries())
    console.log(`${billText(bill, later[index] ?? bill, rate, months)}\n`);
  const dayUsd = (totalOf(stampedeBill({ rate, measured, stage })) * 24) / ASSUMED.hoursPerMonth;
  console.log(`A day of stage ${name} costs ${usd(dayUsd)} USD in the first month.`);
  console.log(`The cheapest variant has ${CHEAPEST.meaning}.\n\nGoals for the first month`);
  for (const goal of costGoals({ measured, stage }, cheapestAt)) console.log(`  ${goalText(goal)}`);
  if (page !== undefined) {
    await writeFile(page, costPage({ measured, windows: measuredWindows(results), stage, cheapest, months }));
  }
});

function synthesize(stage: string, settings: readonly string[]): Promise<PricedStage> {
  return readSynthesis(stage, settings, async (folder) => {
    const { templates, region } = await readAssembly(folder, stage);
    return readPricedStage(templates, region);
  });
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
