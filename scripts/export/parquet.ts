import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { StoredTimestamp } from '../table/records.ts';
import { COLUMNS } from './text-formats.ts';

type Column = (typeof COLUMNS)[number];

const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;

/** Types of the columns. Athena, Spark, pandas and DuckDB read the time as a timestamp with microseconds in UTC. */
const TYPES = {
  timestamp: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
    repetition_type: 'REQUIRED',
  },
  traceId: { ...TEXT, repetition_type: 'REQUIRED' },
  clientAddress: { ...TEXT, repetition_type: 'REQUIRED' },
  protocol: { ...TEXT, repetition_type: 'REQUIRED' },
  instance: { ...TEXT, repetition_type: 'REQUIRED' },
  region: { ...TEXT, repetition_type: 'OPTIONAL' },
  errorMicros: { type: 'INT64', repetition_type: 'OPTIONAL' },
} as const satisfies Record<Column, object>;

/** Rows that are in memory until they are written. Readers skip whole groups by the times in their statistics. */
const ROW_GROUP = 50_000;

/** Writes a Parquet file in row groups, compressed with Snappy. A file without its end is not readable. */
export function createParquetFile(path: string) {
  const schema = COLUMNS.map((name) => ({ name, ...TYPES[name] }));
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: [{ name: 'timestamps', num_children: COLUMNS.length }, ...schema],
    createdBy: 'stampede',
  });
  let rows: StoredTimestamp[] = [];
  const writeGroup = async () => {
    if (rows.length === 0) return;
    await writer.write({
      columnData: COLUMNS.map((name) => ({ name, data: columnOf(name, rows) })),
      rowGroupSize: ROW_GROUP,
    });
    rows = [];
  };
  return {
    async write(records: readonly StoredTimestamp[]): Promise<void> {
      rows.push(...records);
      if (rows.length >= ROW_GROUP) await writeGroup();
    },
    async end(): Promise<void> {
      await writeGroup();
      await writer.finish();
    },
  };
}

function columnOf(name: Column, rows: readonly StoredTimestamp[]): unknown[] {
  if (name === 'timestamp') return rows.map(({ micros }) => BigInt(micros));
  if (name === 'errorMicros')
    return rows.map(({ errorMicros }) => (errorMicros === undefined ? null : BigInt(errorMicros)));
  return rows.map((row) => row[name] ?? null);
}
