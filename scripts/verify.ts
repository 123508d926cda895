import { OperatorError, UsageError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { day, positiveNumber, STAGE_OPTION, webAddress } from './cli/values.ts';
import { outputsOf } from './stage/outputs.ts';
import { AWS_OPTIONS, useRole } from './stage/role.ts';
import type { DifferentGroup } from './table/compare.ts';
import { compareTables, readTable } from './table/comparison.ts';
import type { TableDigests } from './table/digests.ts';
import { createReadLimit, UNLIMITED } from './table/read-limit.ts';
import { contentText, partText } from './table/report.ts';
import type { ReadOptions } from './table/scan.ts';
import { openTable } from './table/table.ts';

await main(
  {
    name: 'verify',
    summary:
      'Reads a whole table and prints for each day the number of blocks and timestamps, and a digest that does not ' +
      'depend on their order. With --against, compares two tables and names the first difference of each day. Exits ' +
      'with 1 if they differ, if there was nothing to compare, or if a block cannot be decoded.',
    options: {
      stage: STAGE_OPTION,
      ...AWS_OPTIONS,
      table: { value: '<name>', help: 'name of the table to read (default: the table that the stage uses)' },
      against: { value: '<name>', help: 'compare with this table of the same region' },
      from: {
        value: '<day>',
        schema: day(),
        help: 'only days from this one on, such as 2026-11-21, and the users created on them',
      },
      to: { value: '<day>', schema: day(), help: 'only days up to this one' },
      rate: {
        value: '<n>',
        schema: positiveNumber(),
        help: 'at most this many read units per second, in all (default: no limit); a unit reads 8 KB, or 4 KB if consistent',
      },
      consistent: { help: 'see every acknowledged write, at twice the price' },
      endpoint: {
        value: '<url>',
        schema: webAddress(),
        help: 'a database that is not on AWS, such as DynamoDB Local; needs --table',
      },
    },
    examples: [
      ['npm run verify -- --stage prod --rate 500', 'reads the table of prod slowly'],
      [
        'npm run verify -- --stage prod --against restored --to 2026-11-20',
        'compares the days that lie before a restore',
      ],
    ],
  },
  async ({ values }) => {
    if (values.endpoint !== undefined && values.table === undefined)
      throw new UsageError(`--endpoint is '${values.endpoint}': expected it with --table only`);
    await useRole(values);
    const name = values.table ?? (await outputsOf(values.stage, 'data')).tableName;
    const options: ReadOptions = {
      consistent: values.consistent,
      limit: values.rate === undefined ? UNLIMITED : createReadLimit(values.rate),
    };
    const range =
      values.from === undefined && values.to === undefined ? undefined : { from: values.from, to: values.to };
    const table = openTable(name, values.endpoint);
    if (values.against === undefined) return rejectDamaged(await readTable(table, { ...options, range }));
    const names = `${name} and ${values.against}`;
    const other = openTable(values.against, values.endpoint);
    const { digests, different } = await compareTables([table, other], { ...options, range });
    if (different.length > 0) throw new OperatorError(`${names} differ in ${namesOf(different)}`);
    const content = contentText(digests[0], range);
    if (content === undefined)
      throw new OperatorError(`nothing was compared: ${names} have no blocks and no users ${partText(range)}`);
    console.log(`${names} are equal ${partText(range)}: ${content}`);
    rejectDamaged(...digests);
  },
);

function rejectDamaged(...digests: readonly TableDigests[]): void {
  const damaged = digests.reduce((sum, { damaged: { length } }) => sum + length, 0);
  if (damaged > 0) throw new OperatorError(`${damaged} blocks cannot be decoded: see the lines above`);
}

function namesOf(groups: readonly DifferentGroup[]): string {
  const names = groups.map(({ name }) => name);
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}
