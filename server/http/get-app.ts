import type { Request, RequestHandler } from 'express';
import { ServiceError } from '../errors.ts';
import { expiryOf } from '../timestamps/block.ts';
import { isoFromMicros } from '../timestamps/iso-time.ts';
import type { Micros, TimestampRecord } from '../timestamps/record.ts';
import type { SettledUntil } from '../timestamps/settled.ts';
import type { TimestampStore } from '../timestamps/store.ts';
import type { AssetUrl } from './pages/layout.ts';
import { type TimeFilter, timestampsPage } from './pages/timestamps-page.ts';
import { ListQuerySchema, type RecordPage, recordBody, recordFields } from './schemas.ts';
import { negotiate, validate } from './validate.ts';

const JSON_LINES = 'application/x-ndjson';

export interface ListTimestampsOptions {
  readonly store: Pick<TimestampStore, 'listRecords'>;
  /** Whether the table has every acknowledged timestamp, as far as this process knows. */
  readonly isComplete: () => boolean;
  readonly settledUntil: SettledUntil;
  /** Whether CSV has a column for the region. */
  readonly hasRegions: boolean;
  readonly assetUrl: AssetUrl;
}

/** `GET /app`: a page of recorded timestamps, newest first. */
export function listTimestamps(options: ListTimestampsOptions): RequestHandler {
  const { store, isComplete, settledUntil, hasRegions, assetUrl } = options;
  const columns = recordFields({ hasRegions });
  return async (request, response) => {
    const { cursor, from, to, ...query } = validate(ListQuerySchema, 'query', request.query);
    const type = negotiate(request, ['application/json', 'text/html', 'text/csv', JSON_LINES]);
    // Before the table is read: a block that is moved into it meanwhile may be missing from the page.
    const complete = isComplete();
    const settled = settledUntil(query);
    const { records, next } = await store.listRecords({
      ...query,
      ...(cursor !== undefined && { before: cursor }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    });
    const page: RecordPage = {
      timestamps: records.map(recordBody),
      complete,
      ...(next !== undefined && { next: nextUrl(request, next) }),
      ...(settled !== undefined && { settledUntil: isoFromMicros(settled) }),
    };
    response.vary('Accept').set('Cache-Control', 'no-store').type(type);
    if (page.next) response.links({ next: page.next });
    if (type === 'text/html') response.send(timestampsPage(assetUrl, page, request.query as TimeFilter));
    else if (type === 'text/csv') response.send(csv(columns, page));
    else if (type === JSON_LINES) response.send(jsonLines(page));
    else response.json(page);
  };
}

/** The same URL with the cursor of the next page. */
function nextUrl(request: Request, cursor: string): string {
  const query = new URLSearchParams(request.query as Record<string, string>);
  query.set('cursor', cursor);
  return `${request.path}?${query}`;
}

/** RFC 4180. No field needs quotes: addresses, host names, ids and times contain no commas, quotes or line breaks. */
function csv(columns: ReturnType<typeof recordFields>, { timestamps }: RecordPage): string {
  return [columns, ...timestamps.map((record) => columns.map((field) => record[field] ?? ''))]
    .map((row) => `${row.join(',')}\r\n`)
    .join('');
}

function jsonLines({ timestamps }: RecordPage): string {
  return timestamps.map((record) => `${JSON.stringify(record)}\n`).join('');
}

export interface ReadTimestampOptions {
  readonly store: Pick<TimestampStore, 'getRecord'>;
  /** @default - records are kept for ever */
  readonly retentionDays: number | undefined;
  readonly requiresToken: boolean;
}

/** `GET /app/:id`: one record. */
export function readTimestamp(options: ReadTimestampOptions): RequestHandler<{ id: string }> {
  const { store, retentionDays, requiresToken } = options;
  return async (request, response) => {
    const record = await store.getRecord(request.params.id);
    if (!record) throw new ServiceError('not-found', `there is no timestamp ${request.params.id}`);
    response.set('Cache-Control', cachingOf(record, { retentionDays, nowMicros: Date.now() * 1_000 }));
    if (requiresToken) response.vary('Authorization');
    response.json(recordBody(record));
  };
}

/** A year, the longest time that caches are expected to use. */
const LONGEST_AGE_S = 31_536_000;

/**
 * The `Cache-Control` of a record. One in the table never changes, so its client may keep it until the record expires.
 * An accepted one changes its state. Shared caches keep none, because records contain addresses of clients.
 */
export function cachingOf(
  { micros, state }: Pick<TimestampRecord, 'micros' | 'state'>,
  { retentionDays, nowMicros }: { readonly retentionDays: number | undefined; readonly nowMicros: Micros },
): string {
  const lifeS = retentionDays === undefined ? LONGEST_AGE_S : expiryOf(micros, retentionDays) - nowMicros / 1e6;
  const maxAgeS = Math.min(LONGEST_AGE_S, Math.floor(lifeS));
  return state === 'stored' && maxAgeS > 0 ? `private, max-age=${maxAgeS}, immutable` : 'no-store';
}
