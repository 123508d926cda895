import { Progress } from '../cli/progress.ts';
import { differentGroups, firstDifference } from '../table/compare.ts';
import { digestsByDay, type TableDigests } from '../table/digests.ts';
import { createReadLimit, UNLIMITED } from '../table/read-limit.ts';
import { differenceText, digestTable, remarks } from '../table/report.ts';
import type { ReadOptions } from '../table/scan.ts';
import { openTable, type Table } from '../table/table.ts';
import type { RestoreRecord } from './record.ts';

const DAY_MS = 86_400_000;

/**
 * The last day that is compared: the one before the day of the restored time. On the day itself the two tables differ, as
 * the source has gone on.
 */
export function lastComparedDay(at: string): string {
  return new Date(Date.parse(at.slice(0, 10)) - DAY_MS).toISOString().slice(0, 10);
}

/** How a restored table compares with its source. */
export type Comparison = Required<Pick<RestoreRecord, 'comparison' | 'differences'>> & {
  /** Blocks of the restored table that cannot be decoded. */
  readonly damaged: number;
};

/**
 * Reads the days before the restored time in the new table and, if it still exists, in the source, prints both, and
 * compares their digests. `source` is undefined if that table is gone.
 */
export async function compareTables(
  { table, at }: Pick<RestoreRecord, 'table' | 'at'>,
  source: string | undefined,
  rate: number | undefined,
): Promise<Comparison> {
  const options: ReadOptions = { limit: rate === undefined ? UNLIMITED : createReadLimit(rate) };
  const to = lastComparedDay(at);
  const restored = openTable(table);
  const digests = await read(restored, to, options);
  const damaged = digests.damaged.length;
  if (source === undefined) return { comparison: 'not compared', differences: [], damaged };
  const original = openTable(source);
  const different = differentGroups(await read(original, to, options), digests);
  for (const group of different) {
    console.log(differenceText(group, await firstDifference([original, restored], group, options)));
  }
  const differences = different.map(({ name }) => name);
  return { comparison: differences.length === 0 ? 'equal' : 'different', differences, damaged };
}

async function read(table: Table, to: string, options: ReadOptions): Promise<TableDigests> {
  console.error(`Reading the days up to ${to} of ${table.name} ...`);
  const progress = new Progress({ unit: 'items', expected: undefined });
  const digests = await digestsByDay(table, { ...options, range: { to }, onRead: (items) => progress.add(items) });
  progress.end();
  console.log(`${table.name}\n${digestTable(digests)}\n${remarks(digests).join('\n')}\n`);
  return digests;
}
