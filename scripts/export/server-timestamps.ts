import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { TIMESTAMPS_PATH } from '../../server/contract.ts';
import { OperatorError } from '../cli/errors.ts';
import type { StoredTimestamp, TimeRange } from '../table/records.ts';
import { isoFromMicros, microsFromIso } from '../table/time.ts';

const recordSchema = z
  .object({
    timestamp: z.string(),
    traceId: z.string(),
    clientAddress: z.string(),
    protocol: z.string(),
    instance: z.string(),
    region: z.string().optional(),
    errorMicros: z.number().nullable(),
  })
  .transform(({ timestamp, errorMicros, ...record }, context): StoredTimestamp => {
    const micros = microsFromIso(timestamp);
    if (micros === undefined) context.addIssue(`${timestamp} is not a time`);
    return { ...record, micros: micros ?? 0, errorMicros: errorMicros ?? undefined };
  });

const pageSchema = z.object({
  timestamps: recordSchema.array(),
  complete: z.boolean(),
  next: z.string().optional(),
  settledUntil: z.string().optional(),
});

type Page = z.output<typeof pageSchema>;

export interface ServerOptions {
  readonly url: string;
  /** Called if the server requires a token. */
  readonly token: () => Promise<string>;
  /** Told what the export may lack. */
  readonly warn: (text: string) => void;
  /** Waits before a request is repeated. @default - the real time */
  readonly pause?: (ms: number) => Promise<unknown>;
}

const PAGE_SIZE = 1_000;
const ATTEMPTS = 6;

/** The timestamps of a range as a server lists them, newest first, a page at a time. @throws OperatorError */
export async function* timestampsFromServer(
  options: ServerOptions,
  { from, to }: TimeRange,
): AsyncGenerator<StoredTimestamp[]> {
  const query = new URLSearchParams({
    from: isoFromMicros(from),
    to: isoFromMicros(to),
    limit: String(PAGE_SIZE),
    consistent: 'true',
  });
  const authorization: { authorization?: string } = {};
  let next: string | undefined = `${TIMESTAMPS_PATH}?${query}`;
  let isFirst = true;
  while (next !== undefined) {
    const page: Page = await readPage(options, new URL(next, options.url), authorization);
    if (isFirst) warnOfGaps(page, to, options.warn);
    isFirst = false;
    yield page.timestamps;
    next = page.next;
  }
}

function warnOfGaps({ complete, settledUntil }: Page, to: number, warn: (text: string) => void): void {
  if (!complete) warn('the server knows of timestamps that are not in the table yet: the export may lack them');
  if (settledUntil !== undefined && (microsFromIso(settledUntil) ?? 0) < to)
    warn(`timestamps after ${settledUntil} can still appear: the export may lack them`);
}

async function readPage(
  { url, token, pause = (ms) => sleep(ms) }: ServerOptions,
  address: URL,
  authorization: { authorization?: string },
): Promise<Page> {
  for (let attempt = 1; ; attempt++) {
    const response = await get(address, authorization);
    const body = await response.text().catch((cause: Error) => {
      throw new OperatorError(`the answer of ${address} ended early: ${cause.message}`, { cause });
    });
    if (response.status === 200) return parsePage(url, body);
    if (response.status === 401 && authorization.authorization === undefined) {
      authorization.authorization = `Bearer ${await token()}`;
    } else if ((response.status === 503 || response.status === 429) && attempt < ATTEMPTS) {
      await pause(1_000 * Math.max(attempt, Number(response.headers.get('retry-after')) || 1));
    } else {
      throw new OperatorError(`${address} answered ${response.status}, expected 200: ${body.trim().slice(0, 300)}`);
    }
  }
}

async function get(address: URL, headers: { readonly authorization?: string }): Promise<Response> {
  const signal = AbortSignal.timeout(30_000);
  const accept = 'application/json';
  return await fetch(address, { signal, redirect: 'error', headers: { accept, ...headers } }).catch((cause) => {
    const why = cause.cause?.message || cause.cause?.code || cause.message;
    throw new OperatorError(`GET ${address} got no answer: ${why}`, { cause });
  });
}

function parsePage(url: string, body: string): Page {
  try {
    return pageSchema.parse(JSON.parse(body));
  } catch (cause) {
    throw new OperatorError(`the answer of ${url} is no list of timestamps, is this Stampede? ${body.slice(0, 200)}`, {
      cause,
    });
  }
}
