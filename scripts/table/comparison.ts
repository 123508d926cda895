import { Progress } from '../cli/progress.ts';
import { type DifferentGroup, differentGroups, firstDifference } from './compare.ts';
import { type DigestOptions, digestsByDay, type TableDigests } from './digests.ts';
import { differenceText, digestTable, remarks } from './report.ts';
import { countedItems, type Table } from './table.ts';

/**
 * What expires within a day of the beginning is not compared: DynamoDB may delete it while the tables are read, which
 * takes up to hours with a limited rate.
 */
const MARGIN_S = 24 * 3_600;

/** Two tables, and the groups in which they differ. */
export interface ComparedTables {
  readonly digests: readonly [first: TableDigests, other: TableDigests];
  readonly different: readonly DifferentGroup[];
}

/** Reads two tables, prints what each contains, and prints the first difference of each group. @throws OperatorError */
export async function compareTables(
  tables: readonly [first: Table, other: Table],
  options: Omit<DigestOptions, 'nowSeconds' | 'onRead'>,
): Promise<ComparedTables> {
  // One time for all reads. Otherwise the table that is read later would lack what has expired meanwhile.
  const shared = { ...options, nowSeconds: Date.now() / 1_000 + MARGIN_S };
  const digests = [await readTable(tables[0], shared), await readTable(tables[1], shared)] as const;
  const different = differentGroups(...digests);
  for (const group of different) console.log(differenceText(group, await firstDifference(tables, group, shared)));
  return { digests, different };
}

/** Reads a table and prints what it contains. @throws OperatorError if there is no such table */
export async function readTable(table: Table, options: DigestOptions): Promise<TableDigests> {
  // First, because a database that does not answer is tried for 10 seconds.
  console.error(`Reading the table ${table.name} ...`);
  const counted = await countedItems(table);
  const progress = new Progress({ unit: 'items', expected: options.range === undefined ? counted : undefined });
  const digests = await digestsByDay(table, { ...options, onRead: (items) => progress.add(items) });
  progress.end();
  console.log(`${table.name}\n${digestTable(digests)}\n${remarks(digests).join('\n')}\n`);
  return digests;
}
