import { HEALTH_PATH, LIVE_PATH, MAX_BODY_BYTES, TIMESTAMPS_PATH } from '../../contract.ts';
import { ID } from '../../timestamps/id.ts';
import { KEY_FIELD } from '../idempotency-key.ts';
import { eventText } from '../live/feed.ts';
import * as schemas from '../schemas.ts';
import { example, json, queryParameters, textHeader } from './from-zod.ts';
import { problems, RATE_LIMIT } from './problems.ts';
import type { Content, Header, Operation, Parameter, Paths, Response } from './types.ts';

const record = schemas.RecordSchema.parse(example(schemas.RecordSchema));
const recordPage = schemas.RecordPageSchema.parse(example(schemas.RecordPageSchema));
const userPage = schemas.UserPageSchema.parse(example(schemas.UserPageSchema));
const columns = schemas.recordFields({ hasRegions: true });
const csv = [columns, columns.map((name) => record[name])];
const htmlPage: Content = { 'text/html': { schema: { type: 'string' } } };
const readToken: Operation['security'] = [{ readToken: [] }];
const writeToken: Operation['security'] = [{ writeToken: [] }];

/** The answer to a recorded timestamp. */
const recorded = {
  headers: { Location: textHeader('Address of the record', `/app/${record.id}`), ...RATE_LIMIT },
  content: {
    'text/plain': { schema: { type: 'string' }, example: `${record.timestamp}\n` },
    ...json(schemas.RecordSchema),
  },
} satisfies Partial<Response>;

const idempotencyKey: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Makes it safe to repeat the request: for 24 hours after its first success, the same key gives the same record. A string of 1 to 255 characters in quotes (draft-ietf-httpapi-idempotency-key-header-07), or letters, digits and `-_.:~+/=` without quotes. The service has no accounts, so all clients share the keys: use a random UUID for each new request. With several regions, another region knows a key only after replication, usually within a second. Repeat a request in the same region, or later.',
  schema: { type: 'string', pattern: KEY_FIELD.source, examples: ['"8e03978e-40d5-43e8-bc93-6894a57f9324"'] },
};

const recordTimestamp: Operation = {
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
        'The timestamp is durable, but not in the table yet, because the database does not take it in time. It is ' +
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

const listTimestamps: Operation = {
  operationId: 'listTimestamps',
  summary: 'List the timestamps, newest first',
  description:
    'Returns one page at a time. Paging neither skips nor repeats records. Browsers get an HTML page. The page ' +
    'and `complete` in JSON say whether accepted timestamps may be missing. ' +
    'No record older than `settledUntil` can still appear. To follow all records, read all ' +
    'pages with `from` set to the previous `settledUntil`, keep those older than the `settledUntil` of the first page, ' +
    'and continue from there. It is 20 seconds before the request with `consistent=true`, otherwise a minute. With a ' +
    'spill bucket it is up to 90 seconds earlier, and does not advance while timestamps are spilled. With several ' +
    'regions it is up to two minutes earlier still, and does not advance while one of them is not heard of. ' +
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

const readTimestamp: Operation = {
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

const showInstance: Operation = {
  operationId: 'showInstance',
  summary: 'Show which instance answers',
  description: 'Browsers get the live page, with a button that records a timestamp and a list of the latest ones.',
  responses: {
    200: { description: 'The instance that answered.', content: { ...json(schemas.InstanceSchema), ...htmlPage } },
    ...problems('not-acceptable'),
  },
};

const checkHealth: Operation = {
  operationId: 'checkHealth',
  summary: 'Check whether this process serves requests',
  description: 'Covers this process only: a failure of the database does not change the answer.',
  responses: {
    200: { description: 'The process serves requests.', content: json(schemas.HealthSchema) },
    503: { description: 'The process is shutting down.', content: json(schemas.HealthSchema, { status: 'draining' }) },
  },
};

const computeLoad: Operation = {
  operationId: 'computeLoad',
  summary: 'Use CPU time',
  'x-stability': 'may-change',
  description: 'For scaling drills: slowly computes whether a number is prime. Only available if `LOAD_ENDPOINT=on`.',
  parameters: queryParameters(schemas.LoadQuerySchema),
  responses: {
    200: { description: 'The result, and how long it took.', content: json(schemas.LoadResultSchema) },
    ...problems('invalid', 'not-found', 'overloaded'),
  },
};

const readMetrics: Operation = {
  operationId: 'readMetrics',
  summary: 'Read the metrics',
  'x-stability': 'may-change',
  description:
    'Covers all processes of this instance, in Prometheus text format. On AWS only available from the instance itself.',
  responses: {
    200: { description: 'The metrics.', content: { 'text/plain': { schema: { type: 'string' } } } },
    ...problems('not-found'),
  },
};

const revalidated = { 'Cache-Control': textHeader('Caches ask again before each use', 'no-cache') };

const readDocument: Operation = {
  operationId: 'readDocument',
  summary: 'Read this description as an OpenAPI document',
  responses: {
    200: {
      description: 'OpenAPI 3.1.',
      headers: revalidated,
      content: { 'application/json': { schema: { type: 'object' } } },
    },
  },
};

const readDocs: Operation = {
  operationId: 'readDocs',
  summary: 'Read this description as a page',
  responses: { 200: { description: 'The page.', headers: revalidated, content: htmlPage } },
};

const createUser: Operation = {
  operationId: 'createUser',
  summary: 'Create a user',
  description:
    'Name and e-mail address must each be unique. With several regions, only the home region creates users. All of ' +
    'them list users, those of the last seconds perhaps not yet.',
  parameters: [idempotencyKey],
  security: writeToken,
  requestBody: {
    description: `At most ${MAX_BODY_BYTES / 1024} KB`,
    required: true,
    content: json(schemas.NewUserSchema),
  },
  responses: {
    201: { description: 'The user is stored.', content: json(schemas.UserSchema) },
    ...problems(
      'invalid',
      'key-invalid',
      'unauthorized',
      'conflict',
      'key-in-use',
      'too-large',
      'unsupported-media-type',
      'other-region',
      'key-reused',
      'overloaded',
      'unavailable',
    ),
  },
};

const listUsers: Operation = {
  operationId: 'listUsers',
  summary: 'List the users, newest first',
  description: 'Returns one page at a time. Browsers get an HTML page.',
  parameters: queryParameters(schemas.UserQuerySchema),
  security: readToken,
  responses: {
    200: {
      description: 'A page of users.',
      headers: { Link: linkToOlder(userPage.next) },
      content: { ...json(schemas.UserPageSchema), ...htmlPage },
    },
    ...problems('invalid', 'unauthorized', 'not-acceptable', 'overloaded', 'unavailable'),
  },
};

const followLive: Operation = {
  operationId: 'followLive',
  'x-stability': 'may-change',
  summary: 'Follow the newest timestamps and the state of the process',
  description:
    'The stream of the live page, as server-sent events. Every two seconds there is an event `news`, whose data are ' +
    'JSON (`LiveNews`), or an event `paused` while the process is overloaded or cannot read the table. The first ' +
    '`news` has the newest 20 timestamps. Later ones have what the previous one did not have, so at a high rate ' +
    'timestamps are missing: use `GET /app` to read all of them. A process serves a limited number of streams, none ' +
    'under load. It ends a stream after five minutes, and when it shuts down: connect again.',
  security: readToken,
  responses: {
    200: {
      description: 'A stream of events.',
      content: {
        'text/event-stream': {
          schema: { type: 'string' },
          example: eventText('news', example(schemas.LiveNewsSchema)),
        },
      },
    },
    ...problems('unauthorized', 'not-acceptable', 'overloaded', 'draining'),
  },
};

/** All operations, with the token that each requires if the service has one. */
export const paths: Paths = {
  [TIMESTAMPS_PATH]: { post: recordTimestamp, get: listTimestamps },
  [`${TIMESTAMPS_PATH}/{id}`]: { get: readTimestamp },
  '/': { get: showInstance },
  [HEALTH_PATH]: { get: checkHealth },
  [LIVE_PATH]: { get: followLive },
  '/users': { post: createUser, get: listUsers },
  '/load': { get: computeLoad },
  '/metrics': { get: readMetrics },
  '/openapi.json': { get: readDocument },
  '/docs': { get: readDocs },
};

/** The header with the link to the next page of a list. */
function linkToOlder(url = ''): Header {
  return textHeader('The next, older page; absent on the last one', `<${url}>; rel="next"`);
}
