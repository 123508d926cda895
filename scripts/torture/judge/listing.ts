import { z } from 'zod';
import { TIMESTAMPS_PATH } from '../../../server/contract.ts';
import type { StoredRecord } from './stored.ts';

const PageSchema = z.object({
  timestamps: z.array(z.object({ timestamp: z.string(), traceId: z.string() })),
  next: z.string().nullish(),
});

/** A record as the server lists it. */
export type ListedRecord = Pick<StoredRecord, 'trace' | 'time'>;

/** Everything that the server lists, newest first. */
export async function readListing(port: number): Promise<ListedRecord[]> {
  const origin = `http://127.0.0.1:${port}`;
  const records: ListedRecord[] = [];
  for (let path: string | undefined = `${TIMESTAMPS_PATH}?limit=1000`; path; ) {
    const response: Response = await fetch(new URL(path, origin), { headers: { accept: 'application/json' } });
    if (response.status !== 200) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
    const { timestamps, next } = PageSchema.parse(await response.json());
    records.push(...timestamps.map(({ timestamp: time, traceId }) => ({ trace: traceId.slice(-24), time })));
    path = next ?? undefined;
  }
  return records;
}

/** What is wrong with a listing: records that it lacks, has too often or has in the wrong order, by trace id. */
export function listingErrors(listed: readonly ListedRecord[], stored: readonly StoredRecord[]): string[] {
  const keyOf = ({ trace, time }: ListedRecord) => `${trace} ${time}`;
  const [inListing, inTable] = [new Set(listed.map(keyOf)), new Set(stored.map(keyOf))];
  return [
    ...inTable
      .difference(inListing)
      .values()
      .map((key) => `missing ${key}`),
    ...inListing
      .difference(inTable)
      .values()
      .map((key) => `not stored ${key}`),
    ...listed
      .filter(({ time }, index) => time > (listed[index - 1]?.time ?? '~'))
      .map((each) => `order ${keyOf(each)}`),
    ...(listed.length > inListing.size ? [`${listed.length - inListing.size} records listed twice`] : []),
  ];
}
