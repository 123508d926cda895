import { setTimeout as sleep } from 'node:timers/promises';
import { TIMESTAMPS_PATH } from '../../../server/contract.ts';
import { OperatorError } from '../../cli/errors.ts';
import type { Durability } from '../core/run-record.ts';

/** Where timestamps are read back, with the token that the service requires for reading, if it does. */
export interface Reader {
  readonly url: string;
  readonly token?: string | undefined;
}

const REQUEST_DEADLINE_MS = 15_000;
const READERS = 16;
/** Reads are eventually consistent and may be throttled: what is not found is read again, with growing pauses. */
const PAUSES_MS = [0, 250, 500, 1_000, 2_000];

/** At most `limit` of the ids, spread evenly over the run, the last one among them. */
export function sampleOf(ids: readonly string[], limit: number): string[] {
  if (ids.length <= limit) return [...ids];
  return Array.from({ length: limit }, (_, index) => ids[Math.ceil(((index + 1) * ids.length) / limit) - 1] ?? '');
}

/** Reads each id back. @throws OperatorError when the service does not answer whether one is stored */
export async function checkStored(reader: Reader, ids: readonly string[]): Promise<Durability> {
  const left = ids.values();
  let stored = 0;
  const work = async () => {
    // The workers share one iterator, so each id is read once.
    for (const id of left) if (await isStored(reader, id)) stored++;
  };
  await Promise.all(Array.from({ length: READERS }, work));
  return { acknowledged: ids.length, stored };
}

/** Whether a timestamp can be read by its id. */
export async function isStored({ url, token }: Reader, id: string): Promise<boolean> {
  const address = new URL(`${TIMESTAMPS_PATH}/${encodeURIComponent(id)}`, url);
  const headers = { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  let status: number | string = '';
  for (const pauseMs of PAUSES_MS) {
    await sleep(pauseMs);
    const options = { headers, signal: AbortSignal.timeout(REQUEST_DEADLINE_MS), redirect: 'error' } as const;
    status = await fetch(address, options).then(readStatus, (error: Error) => error.message);
    if (status === 200) return true;
    if (status === 401) throw new OperatorError(`GET ${address} got 401: set READ_TOKEN to the stage's read token`);
  }
  if (status === 404) return false;
  throw new OperatorError(`GET ${address} got ${status}, ${PAUSES_MS.length} times: expected 200 or 404`);
}

async function readStatus({ status, body }: Response): Promise<number> {
  await body?.cancel();
  return status;
}
