import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { FORMATS, writeRecords } from '../../../scripts/export/output.ts';
import type { StoredTimestamp } from '../../../scripts/table/records.ts';

const folder = mkdtempSync(join(tmpdir(), 'export-'));
after(() => rmSync(folder, { recursive: true }));

const MICROS = Date.parse('2026-11-21T07:45:00Z') * 1_000 + 123_456;
const FIRST: StoredTimestamp = {
  micros: MICROS,
  traceId: '1-6920060c-3f5c8a1b9d7e4c6f8a0b2d4e',
  clientAddress: '2001:db8::1',
  protocol: 'https',
  instance: 'i-0abc1234def567890',
};
const SECOND: StoredTimestamp = { ...FIRST, micros: MICROS + 1, region: 'eu-west-1', errorMicros: 250 };

async function* parts(...lists: (readonly StoredTimestamp[] | Error)[]) {
  for (const list of lists) {
    if (list instanceof Error) throw list;
    yield list;
  }
}

const files = new Map<string, string>();
/** A name that no file has yet. */
const newFile = (format: string): string => {
  const path = join(folder, `${files.size}.${format}`);
  files.set(path, format);
  return path;
};

const readParquet = async (path: string) => {
  const file = await asyncBufferFromFile(path);
  return { file, metadata: await parquetMetadataAsync(file), rows: await parquetReadObjects({ file, utf8: true }) };
};

describe('an exported file', () => {
  it('is CSV with the columns of the listing, without ids', async () => {
    const path = newFile('csv');
    const counts: number[] = [];
    await writeRecords('csv', path, parts([FIRST], [SECOND]), (count) => counts.push(count));
    assert.equal(
      readFileSync(path, 'utf8'),
      'timestamp,traceId,clientAddress,protocol,instance,region,errorMicros\r\n' +
        '2026-11-21T07:45:00.123456Z,1-6920060c-3f5c8a1b9d7e4c6f8a0b2d4e,2001:db8::1,https,i-0abc1234def567890,,\r\n' +
        '2026-11-21T07:45:00.123457Z,1-6920060c-3f5c8a1b9d7e4c6f8a0b2d4e,2001:db8::1,https,i-0abc1234def567890,eu-west-1,250\r\n',
    );
    assert.deepEqual(counts, [1, 1]);
  });

  it('is one JSON object a line', async () => {
    const path = newFile('ndjson');
    await writeRecords('ndjson', path, parts([FIRST, SECOND]), () => {});
    const { micros: _, ...fields } = FIRST;
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      [
        { timestamp: '2026-11-21T07:45:00.123456Z', ...fields, errorMicros: null },
        { timestamp: '2026-11-21T07:45:00.123457Z', ...fields, errorMicros: 250, region: 'eu-west-1' },
      ],
    );
  });

  it('is Parquet that another library reads, with times in microseconds of UTC', async () => {
    const path = newFile('parquet');
    await writeRecords('parquet', path, parts([FIRST], [SECOND]), () => {});
    const { file, metadata } = await readParquet(path);
    const [time] = parquetSchema(metadata).children.map(({ element }) => element);
    assert.deepEqual(
      [time?.name, time?.type, time?.logical_type],
      ['timestamp', 'INT64', { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' }],
    );
    const parsers = { timestampFromMicroseconds: (micros: bigint) => micros };
    const rows = await parquetReadObjects({ file, parsers: parsers as never });
    const { micros: _, ...fields } = FIRST;
    assert.deepEqual(
      rows.map((row) => ({ ...row })),
      [
        { timestamp: BigInt(MICROS), ...fields, region: null, errorMicros: null },
        { timestamp: BigInt(MICROS + 1), ...fields, region: 'eu-west-1', errorMicros: 250n },
      ],
    );
  });

  it('is written to Parquet in several row groups, each with the times that it contains', async () => {
    const path = newFile('parquet');
    const batch = (n: number) =>
      Array.from({ length: 1_000 }, (_, i) => ({ ...FIRST, micros: MICROS + n * 1_000 + i }));
    await writeRecords('parquet', path, parts(...Array.from({ length: 120 }, (_, n) => batch(n))), () => {});
    const { metadata, rows } = await readParquet(path);
    assert.deepEqual(
      metadata.row_groups.map(({ num_rows }) => num_rows),
      [50_000n, 50_000n, 20_000n],
    );
    assert.equal(rows.length, 120_000);
    assert.ok(metadata.row_groups.every(({ columns: [time] }) => time?.meta_data?.statistics?.min_value !== undefined));
  });

  for (const format of FORMATS) {
    it(`is valid ${format} without timestamps`, async () => {
      const path = newFile(format);
      await writeRecords(format, path, parts(), () => {});
      if (format === 'parquet') assert.deepEqual((await readParquet(path)).rows, []);
      else assert.equal(readFileSync(path, 'utf8').split('\r\n').length, format === 'csv' ? 2 : 1);
    });

    it(`does not exist after an export to ${format} has failed, not even in part`, async () => {
      const path = newFile(format);
      const failing = parts([FIRST], new Error('the table is gone'));
      await assert.rejects(
        writeRecords(format, path, failing, () => {}),
        /the table is gone/,
      );
      assert.deepEqual(
        readdirSync(folder).filter((name) => join(folder, name).startsWith(path)),
        [],
      );
    });

    it(`has another name until it is complete ${format}`, async () => {
      const path = newFile(format);
      const seen: string[][] = [];
      const look = () => void seen.push(readdirSync(folder).filter((name) => join(folder, name).startsWith(path)));
      await writeRecords(format, path, parts([FIRST], [SECOND]), look);
      const name = path.slice(folder.length + 1);
      assert.deepEqual(seen, [[`${name}.part`], [`${name}.part`]]);
    });
  }

  it('never replaces a file', async () => {
    const path = newFile('csv');
    writeFileSync(path, 'mine');
    await assert.rejects(
      writeRecords('csv', path, parts([FIRST]), () => {}),
      /exists: remove it, or choose another/,
    );
    assert.equal(readFileSync(path, 'utf8'), 'mine');
  });

  it('fails with one line if its folder does not exist', async () => {
    for (const format of FORMATS) {
      const path = join(folder, 'none', 'x');
      await assert.rejects(
        writeRecords(format, path, parts([FIRST]), () => {}),
        /^OperatorError: cannot write .*ENOENT/,
      );
    }
  });
});
