/**
 * The queries of the archive over exports in DynamoDB's format, made from a table. Run by .ci/archive. sqlglot parses them
 * as Athena's SQL and translates them for DuckDB, so this does not prove that Athena accepts each function, nor how its
 * JSON reader treats manifests and checksums.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { execa } from 'execa';
import fc from 'fast-check';
import { BLOCK_ATTRIBUTES, IMAGES, TIMESTAMP_COLUMNS } from '../../../infra/archive/export-columns.ts';
import { fromDay, QUERIES, TIMESTAMPS_QUERY } from '../../../infra/archive/queries.ts';
import { DynamoTimestamps } from '../../../server/dynamodb/timestamps.ts';
import { systemRuntime } from '../../../server/runtime.ts';
import type { Block } from '../../../server/timestamps/block.ts';
import { isoFromMicros, microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { blockStartingAt } from '../../server/support/arbitraries.ts';
import { startDatabase } from '../../server/support/database.ts';
import { recordIds } from '../../server/support/record-ids.ts';
import { type Item, writeExport } from './export-files.ts';

const PYTHON = process.env['ARCHIVE_PYTHON'];

const at = (time: string) => microsFromIso(time) as number;
/** Also across a minute, at the end of a day, and in two hours. */
const STARTS = ['2026-11-21T07:44:59.900Z', '2026-11-21T23:59:59.990Z', '2026-11-22T08:00:00Z', '2026-11-22T09:00:10Z'];

function randomBlocks(): readonly Block[] {
  const blocks = STARTS.flatMap((start, index) => fc.sample(blockStartingAt(at(start)), { numRuns: 5, seed: index }));
  return blocks.map((block, sequence) => ({ ...block, sequence }));
}

/** The rows that the view is to have, one per timestamp. */
function expectedRows(blocks: readonly Block[]) {
  return blocks.flatMap(({ instance, region, errorMicros, arrivals }) =>
    arrivals.map(({ micros, traceId, clientAddress, protocol }) => ({
      time: isoFromMicros(micros),
      micros,
      trace_id: traceId,
      client_address: clientAddress,
      protocol,
      instance,
      region: region ?? null,
      error_micros: errorMicros ?? null,
    })),
  );
}

function sorted(rows: readonly object[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}

function countBy<T>(values: readonly T[]): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

type Row = Readonly<Record<string, string | number | null>>;

describe('the archive, queried with SQL', { skip: PYTHON === undefined && 'ARCHIVE_PYTHON is not set' }, () => {
  const blocks = randomBlocks();
  const expected = expectedRows(blocks);
  let folder: string;
  let answers: Readonly<Record<string, readonly Row[]>>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stampede-archive-'));
    await exportTable(blocks, folder);
    const struct = (entries: readonly (readonly [string, string])[]) =>
      `STRUCT(${entries.map(([name, type]) => `"${name}" ${type}`).join(', ')})`;
    const image = struct(Object.entries(BLOCK_ATTRIBUTES).map(([name, type]) => [name, struct([[type, 'VARCHAR']])]));
    const columns = `{${IMAGES.map((name) => `'${name}': '${image}'`).join(', ')}}`;
    const queries = {
      all: 'SELECT * FROM timestamps',
      ...Object.fromEntries(
        Object.entries(QUERIES).map(([name, query]) => [name, fromDay(query, 'main', '2026-11-20')]),
      ),
      later: fromDay('SELECT * FROM timestamps', 'main', '2026-11-22'),
    };
    const input = JSON.stringify({ folder, columns, view: TIMESTAMPS_QUERY, queries });
    const { stdout } = await execa(PYTHON as string, ['test/infra/archive/query.py'], { input });
    answers = JSON.parse(stdout);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('has each timestamp once, as it was recorded, also in overlapping exports and after it expired', () => {
    assert.ok(expected.length > 50);
    assert.deepEqual(sorted(answers['all'] ?? []), sorted(expected));
  });

  it('has the columns of the view', () => {
    assert.deepEqual(Object.keys(answers['all']?.[0] ?? {}), Object.keys(TIMESTAMP_COLUMNS));
  });

  it('counts timestamps per minute', () => {
    const counts = new Map(answers['per minute']?.map(({ minute, timestamps }) => [minute, timestamps]));
    assert.deepEqual(counts, new Map([...countBy(expected.map(({ time }) => time.slice(0, 16)))].toSorted()));
  });

  it('counts timestamps per client', () => {
    const counts = new Map(
      answers['per client']?.map(({ client_address: client, timestamps }) => [client, timestamps]),
    );
    const real = countBy(expected.map(({ client_address: client }) => client));
    assert.deepEqual(counts.size, real.size);
    for (const [client, count] of real) assert.equal(counts.get(client), count);
  });

  it('finds the longest times without a timestamp', () => {
    const found = answers['gaps']?.map(({ last_before: last, seconds }) => [
      String(last).slice(0, 13),
      Math.floor(Number(seconds) / 60),
    ]);
    assert.deepEqual(found, [
      ['2026-11-21T07', 974],
      ['2026-11-21T23', 480],
      ['2026-11-22T08', 60],
    ]);
  });

  it('reads only exports from a day on', () => {
    const days = new Set(answers['later']?.map(({ time }) => String(time).slice(0, 10)));
    assert.deepEqual([...days], ['2026-11-22']);
  });
});

/**
 * Puts blocks into a table and exports it: first all of the first day with one block of the second, as one stored in
 * between would be, then the changes of the second day. The first day's blocks have expired in the meantime.
 */
async function exportTable(blocks: readonly Block[], folder: string): Promise<void> {
  const { client, tableName } = await startDatabase();
  const store = new DynamoTimestamps({ client, table: tableName, runtime: systemRuntime, ids: recordIds });
  for (const block of blocks) await store.putBlock(block, 8_000);
  const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName }));
  const other: readonly Item[] = [
    marshall({ pk: 'user#1', sk: 'user', email: 'someone@example.org' }),
    marshall({ pk: 'key#1', sk: 'key', result: 'x', expires: 1_795_250_000 }),
  ];
  const ofDay = (day: string) => Items.filter(({ pk }) => pk?.S?.startsWith(day));
  const rest = Items.filter(({ pk }) => !pk?.S?.startsWith('2026'));
  const [first, second] = [ofDay('2026-11-21'), ofDay('2026-11-22')];
  assert.equal(first.length + second.length, blocks.length);
  const prefix = (day: string) => join(folder, 'exports', `day=${day}`);
  await writeExport(prefix('2026-11-21'), {
    type: 'FULL_EXPORT',
    items: [...first, ...second.slice(0, 1), ...rest, ...other],
  });
  await writeExport(prefix('2026-11-22'), { type: 'INCREMENTAL_EXPORT', items: [...second, ...other], deleted: first });
}
