import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Readonly<Record<string, AttributeValue>>;

export interface ExportedDay {
  readonly type: 'FULL_EXPORT' | 'INCREMENTAL_EXPORT';
  /** The items of a table, or those that were changed. */
  readonly items: readonly Item[];
  /** Items that were deleted. */
  readonly deleted?: readonly Item[];
}

const WRITTEN = { Metadata: { WriteTimestampMicros: { N: '1795247100123456' } } };

/**
 * Writes the objects of an export below a folder, as DynamoDB documents them: data of a full export are beside its
 * manifest, those of an incremental one are in a folder that exports share.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
 */
export async function writeExport(prefix: string, { type, items, deleted = [] }: ExportedDay): Promise<void> {
  const isFull = type === 'FULL_EXPORT';
  const lines: readonly object[] = isFull
    ? items.map((Item) => ({ Item }))
    : [
        ...items.map((NewImage) => ({ ...WRITTEN, Keys: keysOf(NewImage), NewImage })),
        ...deleted.map((item) => ({ ...WRITTEN, Keys: keysOf(item) })),
      ];
  const id = `01795250000000-${createHash('md5').update(JSON.stringify(lines)).digest('hex').slice(0, 8)}`;
  const own = join(prefix, 'AWSDynamoDB', id);
  const data = join(isFull ? own : dirname(own), 'data');
  const halves = [lines.slice(0, lines.length / 2), lines.slice(lines.length / 2)];
  const manifest: object[] = [];
  for (const [index, half] of halves.entries()) {
    const path = join(data, `${id.slice(-8)}${index}.json.gz`);
    const content = gzipSync(half.map((line) => `${JSON.stringify(line)}\n`).join(''));
    manifest.push({ itemCount: half.length, md5Checksum: md5(content), dataFileS3Key: path });
    await write(path, content);
  }
  const summary = { version: isFull ? '2020-06-30' : '2023-08-01', exportType: type, itemCount: lines.length };
  for (const [name, content] of [
    ['manifest-summary', JSON.stringify(summary)],
    ['manifest-files', manifest.map((each) => JSON.stringify(each)).join('\n')],
  ] as const) {
    await write(join(own, `${name}.json`), content);
    await write(join(own, `${name}.md5`), md5(content));
  }
  await write(join(own, '_started'), '');
}

function keysOf({ pk, sk }: Item) {
  return { pk, sk };
}

function md5(content: string | Buffer): string {
  return createHash('md5').update(content).digest('base64');
}

async function write(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
