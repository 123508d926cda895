import { configuredRegion } from './aws/region.ts';
import { UsageError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { Progress } from './cli/progress.ts';
import { choice, positiveNumber, STAGE_OPTION, webAddress } from './cli/values.ts';
import { FORMATS, writeRecords } from './export/output.ts';
import { timestampsFromServer } from './export/server-timestamps.ts';
import { outputsOf } from './stage/outputs.ts';
import { warnOfSpilled } from './stage/regions/spilled.ts';
import { ROLE_OPTIONS, useRole } from './stage/role.ts';
import { tokensFrom } from './stage/tokens.ts';
import { completenessOf } from './table/completeness.ts';
import { createReadLimit, UNLIMITED } from './table/read-limit.ts';
import { type TimeRange, timestampsOf } from './table/records.ts';
import type { ReadOptions } from './table/scan.ts';
import { openTable } from './table/table.ts';
import { isoFromMicros, timeValue } from './table/time.ts';

await main(
  {
    name: 'export',
    summary:
      'Writes the timestamps of a time range to a file: those of a stage from its table, oldest first; those of a ' +
      'server from its listing, newest first.',
    options: {
      stage: STAGE_OPTION,
      ...ROLE_OPTIONS,
      url: {
        value: '<url>',
        schema: webAddress(),
        help: 'a server instead of a stage, such as http://localhost:8080; a token is read from READ_TOKEN',
      },
      table: { value: '<name>', help: 'name of the table to read (default: the table that the stage uses)' },
      from: { value: '<time>', schema: timeValue(), help: 'the first time, such as 2026-11-21 or 2026-11-21T07:45Z' },
      to: { value: '<time>', schema: timeValue(), help: 'the first time that is not exported' },
      format: { value: '<name>', default: 'csv', schema: choice(FORMATS), help: 'csv, ndjson or parquet' },
      output: { value: '<file>', help: 'a new file (default: standard output, except for parquet)' },
      rate: {
        value: '<n>',
        schema: positiveNumber(),
        help: 'at most this many read units per second of the table (default: no limit); a unit reads 4 KB',
      },
    },
    examples: [
      [
        'npm run export -- --stage prod --from 2026-11-20 --to 2026-11-21 --format parquet --output day.parquet',
        'one day of prod',
      ],
      [
        'npm run --silent export -- --url http://localhost:8080 --from 2026-11-20 --to 2026-11-21 --format ndjson',
        'the same day of a server on this machine',
      ],
    ],
  },
  async ({ values }) => {
    const { format, output, url } = values;
    const range = rangeOf(values);
    if (format === 'parquet' && output === undefined)
      throw new UsageError("--format is 'parquet': expected it with --output only");
    for (const name of ['rate', 'table'] as const) {
      if (url !== undefined && values[name] !== undefined)
        throw new UsageError(`--${name} is '${values[name]}': expected it without --url only`);
    }
    await useRole(values);
    const progress = new Progress({ unit: 'timestamps' });
    const timestamps =
      url === undefined
        ? await ofTable(values, range)
        : timestampsFromServer({ url, token: tokensFrom(process.env, undefined).read, warn }, range);
    await writeRecords(format, output, timestamps, (count) => progress.add(count));
    progress.end();
  },
);

function rangeOf({ from, to }: { readonly [Name in keyof TimeRange]: number | undefined }): TimeRange {
  if (from === undefined) throw new UsageError('--from is missing: expected the first time');
  if (to === undefined) throw new UsageError('--to is missing: expected the first time that is not exported');
  if (from < to) return { from, to };
  throw new UsageError('--to is not after --from: expected a later time');
}

interface TableValues {
  readonly stage: string;
  readonly table: string | undefined;
  readonly rate: number | undefined;
}

async function ofTable({ stage, table: name, rate }: TableValues, range: TimeRange) {
  const table = openTable(name ?? (await outputsOf(stage, 'data')).tableName);
  // A read that is not consistent could lack what was acknowledged long before, without a trace.
  const options: ReadOptions = { consistent: true, limit: rate === undefined ? UNLIMITED : createReadLimit(rate) };
  const region = await configuredRegion();
  const { regions, until } = await completenessOf(table, region, Date.now() * 1_000, options);
  if (until === undefined)
    warn('it is unknown how far the other regions are replicated: the export may lack timestamps');
  else if (until < range.to)
    warn(`timestamps after ${isoFromMicros(until)} can still appear: the export may lack them`);
  const others = regions.filter((other) => other !== region);
  // Spilled timestamps go to the table that the stage uses.
  if (name === undefined) await warnOfSpilled(stage, region === undefined ? others : [...others, region], warn);
  return timestampsOf(table, range, options);
}

function warn(text: string): void {
  console.error(`Warning: ${text}`);
}
