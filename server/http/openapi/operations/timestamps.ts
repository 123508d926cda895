import { MAX_BODY_BYTES } from '../../../contract.ts';
import { ID } from '../../../timestamps/id.ts';
import * as schemas from '../../schemas.ts';
import { example, json, queryParameters, textHeader } from '../from-zod.ts';
import { problems, RATE_LIMIT } from '../problems.ts';
import type { Operation, Response } from '../types.ts';
import { htmlPage, idempotencyKey, linkToOlder, readToken, writeToken } from './parts.ts';

const record = schemas.RecordSchema.parse(example(schemas.RecordSchema));
const recordPage = schemas.RecordPageSchema.parse(example(schemas.RecordPageSchema));
const columns = schemas.recordFields({ hasRegions: true });
const csv = [columns, columns.map((name) => record[name])];

/** The answer to a recorded timestamp. */
const recorded = {
  headers: { Location: textHeader('Address of the record', `/app/${record.id}`), ...RATE_LIMIT },
  content: {
    'text/plain': { schema: { type: 'string' }, example: `${record.timestamp}\n` },
    ...json(schemas.RecordSchema),
  },
} satisfies Partial<Response>;

export const recordTimestamp: Operation = {
  operationId: 'recordTimestamp',
  summary: 'Record a timestamp',
  description:
    'Answers once the timestamp is durable. The timestamp is the time at which the request arrived. If the service has ' +
    'a rate limit, `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-11) are sent once less than ' +
    'half of the burst is left, and with each 429.',
  parameters: [
    {
      name: 'X-Amzn-Trace-Id',
      in: 'header',
      description: 'Its `Root` is stored with the record if it is an AWS X-Ray trace id; otherwise one is generated',
      schema: { type: 'string', examples: [`Root=${record.traceId}`] },
    },
    idempotencyKey,
  ],
  security: writeToken,
  requestBody: {
    description: `Ignored, up to ${MAX_BODY_BYTES / 1024} KB. With an \`Idempotency-Key\`, a repeated request must have the same body.`,
    required: false,
    content: { '*/*': { schema: { maxLength: MAX_BODY_BYTES } } },
  },
  responses: {
    201: { description: 'The timestamp is in the table.', ...recorded },
    202: {
      description:
        'The timestamp is durable, but not in the table yet, because the database did not accept it in time. It is ' +
        'moved there later, with the same id. Until then listings omit it.',
      ...recorded,
    },
    ...problems(
      'key-invalid',
      'unauthorized',
      'not-acceptable',
      'key-in-use',
      'too-large',
      'key-reused',
      'rate-limited',
      'overloaded',
      'unavailable',
    ),
  },
};

export const listTimestamps: Operation = {
  operationId: 'listTimestamps',
  summary: 'List the timestamps, newest first',
  description:
    'Returns one page at a time. Paging neither skips nor repeats records. Browsers get an HTML page. The page ' +
    'and `complete` in JSON say whether accepted timestamps may be missing. ' +
    'No record older than `settledUntil` can still appear. To follow all records, read all ' +
    'pages with `from` set to the previous `settledUntil`, keep those older than the `settledUntil` of the first page, ' +
    'and continue from there. It is 20 seconds before the request with `consistent=true`, otherwise a minute. With a ' +
    'spill bucket it is up to 90 seconds earlier, and does not advance while timestamps are spilled. With several ' +
    'regions it is up to two minutes earlier still, and does not advance while one of them is not heard from. ' +
    'A timestamp differs from UTC by at most `errorMicros`. Two records were certainly recorded in the order of their ' +
    'timestamps if the intervals `timestamp` ± `errorMicros` do not overlap. If they overlap, or an error is `null` ' +
    '(unknown), the order is not certain.',
  parameters: queryParameters(schemas.ListQuerySchema),
  security: readToken,
  responses: {
    200: {
      description: 'A page of timestamps.',
      headers: { Link: linkToOlder(recordPage.next) },
      content: {
        ...json(schemas.RecordPageSchema),
        'application/x-ndjson': { schema: { type: 'string' }, example: `${JSON.stringify(record)}\n` },
        'text/csv': { schema: { type: 'string' }, example: csv.map((row) => `${row.join(',')}\r\n`).join('') },
        ...htmlPage,
      },
    },
    ...problems('invalid', 'unauthorized', 'not-acceptable', 'overloaded', 'unavailable'),
  },
};

export const readTimestamp: Operation = {
  operationId: 'readTimestamp',
  summary: 'Read one timestamp',
  description:
    'With several regions, a record of another region is found after its replication, usually within a second, and an ' +
    'accepted one after it was moved into the table.',
  security: readToken,
  parameters: [
    { name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: ID.source, examples: [record.id] } },
  ],
  responses: {
    200: {
      description: 'The record.',
      headers: {
        'Cache-Control': textHeader(
          'A record that is `stored` does not change: its client may keep it for a year, or until it expires. One that ' +
            'is `accepted` is not cacheable',
          'private, max-age=31536000, immutable',
        ),
      },
      content: json(schemas.RecordSchema),
    },
    ...problems('unauthorized', 'not-found', 'overloaded', 'unavailable'),
  },
};
