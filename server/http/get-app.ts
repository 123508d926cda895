import type { Request, RequestHandler } from 'express';
import { ServiceError } from '../errors.ts';
import { isoFromMicros } from '../timestamps/iso-time.ts';
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

/** `GET /app/:id`: one record. */
export function readTimestamp(store: Pick<TimestampStore, 'getRecord'>): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const record = await store.getRecord(request.params.id);
    if (!record) throw new ServiceError('not-found', `there is no timestamp ${request.params.id}`);
    response.json(recordBody(record));
  };
}
