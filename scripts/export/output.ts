import { closeSync, existsSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { OperatorError } from '../cli/errors.ts';
import type { StoredTimestamp } from '../table/records.ts';
import { createParquetFile } from './parquet.ts';
import { CSV, NDJSON } from './text-formats.ts';

export const FORMATS = ['csv', 'ndjson', 'parquet'] as const;

type Format = (typeof FORMATS)[number];

/** Where records are written, some at a time. */
interface RecordOutput {
  write(records: readonly StoredTimestamp[]): Promise<void>;
  end(): Promise<void>;
}

/**
 * Writes records to a file, or to standard output without `path`. The file has the name `<path>.part` until it is
 * complete; after a failure it is removed.
 *
 * @throws OperatorError if the file exists or cannot be written, and what `records` throws
 */
export async function writeRecords(
  format: Format,
  path: string | undefined,
  records: AsyncIterable<readonly StoredTimestamp[]>,
  onWritten: (count: number) => void,
): Promise<void> {
  if (path === undefined) return await copy(records, openStream(format, process.stdout), onWritten);
  const part = `${path}.part`;
  if (existsSync(path)) throw new OperatorError(`${path} exists: remove it, or choose another --output`);
  try {
    await copy(records, openFile(format, part), onWritten);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    if (!(error as NodeJS.ErrnoException).syscall) throw error;
    throw new OperatorError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}

async function copy(
  records: AsyncIterable<readonly StoredTimestamp[]>,
  output: RecordOutput,
  onWritten: (count: number) => void,
): Promise<void> {
  for await (const some of records) {
    await output.write(some);
    onWritten(some.length);
  }
  await output.end();
}

function openFile(format: Format, path: string): RecordOutput {
  if (format === 'parquet') return createParquetFile(path);
  const file = openSync(path, 'w');
  const { write, end } = textOutput(format, async (text) => writeFileSync(file, text));
  return {
    write,
    async end() {
      await end();
      closeSync(file);
    },
  };
}

/** Waits for each write, so memory stays flat if the reader is slow. */
function openStream(format: Format, stream: Writable): RecordOutput {
  // Each write reports its own error.
  stream.on('error', () => {});
  const send = (text: string) =>
    new Promise<void>((done, failed) => stream.write(text, (error) => (error ? failed(error) : done())));
  return textOutput(format, send);
}

/** CSV or NDJSON. An empty range has the header only. */
function textOutput(format: Format, send: (text: string) => Promise<void>): RecordOutput {
  const { header, line } = format === 'csv' ? CSV : NDJSON;
  let unsent = header;
  const flush = async (text: string) => {
    await send(unsent + text);
    unsent = '';
  };
  return { write: (records) => flush(records.map(line).join('')), end: () => flush('') };
}
