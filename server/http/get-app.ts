import type { Request, RequestHandler, Response } from 'express';
import { ServiceError } from '../errors.ts';
import type { ListPage } from '../timestamps/record.ts';
import type { TimestampStore } from '../timestamps/store.ts';
import { recordBody } from './record-body.ts';
import { ListQuerySchema, RECORD_FIELDS } from './schemas.ts';
import { validate } from './validate.ts';

/** A page of timestamps as the answer shows it: `next` is the URL of the older page. */
export interface TimestampsView {
  readonly timestamps: readonly ReturnType<typeof recordBody>[];
  readonly next?: string;
}

/** Renders a page of timestamps for people; `query` is what the URL asked for. */
export type TimestampsPage = (view: TimestampsView, query: { readonly from?: string; readonly to?: string }) => string;

const JSON_LINES = 'application/x-ndjson';
const TYPES = ['application/json', 'text/html', 'text/csv', JSON_LINES];

/** The same URL, one page further. */
const nextUrl = (request: Request, cursor: string): string => {
  const query = new URLSearchParams(request.query as Record<string, string>);
  query.set('cursor', cursor);
  return `${request.path}?${query}`;
};

const viewOf = (request: Request, page: ListPage): TimestampsView => ({
  timestamps: page.records.map(recordBody),
  ...(page.next !== undefined && { next: nextUrl(request, page.next) }),
});

/** RFC 4180. Fields hold no commas, quotes or line ends: addresses, host names, ids and times. */
const csv = ({ timestamps }: TimestampsView): string =>
  [RECORD_FIELDS, ...timestamps.map((record) => RECORD_FIELDS.map((field) => record[field]))]
    .map((row) => `${row.join(',')}\r\n`)
    .join('');

const jsonLines = ({ timestamps }: TimestampsView): string =>
  timestamps.map((record) => `${JSON.stringify(record)}\n`).join('');

const send = (request: Request, response: Response, view: TimestampsView, page: TimestampsPage): void => {
  const type = request.accepts(TYPES);
  if (!type) throw new ServiceError('not-acceptable', `the answer can be ${TYPES.join(', ')}`);
  response.vary('Accept').set('Cache-Control', 'no-store');
  if (view.next) response.links({ next: view.next });
  if (type === 'text/html') {
    const { from, to } = request.query as { from?: string; to?: string };
    response.type('html').send(page(view, { ...(from && { from }), ...(to && { to }) }));
  } else if (type === 'text/csv') response.type('text/csv').send(csv(view));
  else if (type === JSON_LINES) response.type(JSON_LINES).send(jsonLines(view));
  else response.json(view);
};

/** `GET /app`: the recorded timestamps, newest first, in pages. */
export const listTimestamps =
  (store: Pick<TimestampStore, 'listRecords'>, page: TimestampsPage): RequestHandler =>
  async (request, response) => {
    const { cursor, from, to, ...query } = validate(ListQuerySchema, 'query', request.query);
    const listed = await store.listRecords({
      ...query,
      ...(cursor !== undefined && { before: cursor }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    });
    send(request, response, viewOf(request, listed), page);
  };

/** `GET /app/:id`: one record. */
export const readTimestamp =
  (store: Pick<TimestampStore, 'getRecord'>): RequestHandler<{ id: string }> =>
  async (request, response) => {
    const record = await store.getRecord(request.params.id);
    if (!record) throw new ServiceError('not-found', `there is no timestamp ${request.params.id}`);
    response.json(recordBody(record));
  };
