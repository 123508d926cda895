import { compareTables, readTable } from '../table/comparison.ts';
import { createReadLimit, UNLIMITED } from '../table/read-limit.ts';
import { contentText } from '../table/report.ts';
import { openTable } from '../table/table.ts';
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
export type Comparison = Pick<RestoreRecord, 'comparison' | 'differences' | 'content'> & { readonly damaged: number };

/**
 * Reads the days before the restored time in the new table and, if it still exists, in the source, prints both, and
 * compares their digests. `source` is undefined if that table is gone.
 */
export async function compareWithSource(
  { table, at }: Pick<RestoreRecord, 'table' | 'at'>,
  source: string | undefined,
  rate: number | undefined,
): Promise<Comparison> {
  const range = { to: lastComparedDay(at) };
  const options = { limit: rate === undefined ? UNLIMITED : createReadLimit(rate), range };
  const restored = openTable(table);
  if (source === undefined) {
    const { damaged } = await readTable(restored, options);
    return { comparison: 'not compared', damaged: damaged.length };
  }
  const { digests, different } = await compareTables([openTable(source), restored], options);
  const damaged = digests[1].damaged.length;
  if (different.length > 0) return { comparison: 'different', differences: different.map(({ name }) => name), damaged };
  const content = contentText(digests[1], range);
  return content === undefined
    ? { comparison: 'nothing to compare', damaged }
    : { comparison: 'equal', content, damaged };
}
