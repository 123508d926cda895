/** The process that answers: its state, its page, its stream and its documents. */
import { eventText } from '../../live/feed.ts';
import * as schemas from '../../schemas.ts';
import { example, json, queryParameters, textHeader } from '../from-zod.ts';
import { problems } from '../problems.ts';
import type { Operation } from '../types.ts';
import { htmlPage, readToken } from './parts.ts';

export const showInstance: Operation = {
  operationId: 'showInstance',
  summary: 'Show which instance answers',
  description: 'Browsers get the live page, with a button that records a timestamp and a list of the latest ones.',
  responses: {
    200: { description: 'The instance that answered.', content: { ...json(schemas.InstanceSchema), ...htmlPage } },
    ...problems('not-acceptable'),
  },
};

export const checkHealth: Operation = {
  operationId: 'checkHealth',
  summary: 'Check whether this process serves requests',
  description: 'Covers this process only: a failure of the database does not change the answer.',
  responses: {
    200: { description: 'The process serves requests.', content: json(schemas.HealthSchema) },
    503: { description: 'The process is shutting down.', content: json(schemas.HealthSchema, { status: 'draining' }) },
  },
};

export const followLive: Operation = {
  operationId: 'followLive',
  'x-stability': 'may-change',
  summary: 'Follow the newest timestamps and the state of the process',
  description:
    'The stream of the live page, as server-sent events. Every two seconds it sends an event `news`, whose data is ' +
    'JSON (`LiveNews`), or an event `paused` while the process is overloaded or cannot read the table. The first ' +
    '`news` has the newest 20 timestamps. Later ones have what the previous one did not have, so at a high rate ' +
    'timestamps are missing: use `GET /app` to read all of them. A process serves a limited number of streams, and ' +
    'none under load. It ends a stream after five minutes, and when it shuts down: connect again.',
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

export const computeLoad: Operation = {
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

export const readMetrics: Operation = {
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

const revalidated = { 'Cache-Control': textHeader('Caches must revalidate before each use', 'no-cache') };

export const readDocument: Operation = {
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

export const readDocs: Operation = {
  operationId: 'readDocs',
  summary: 'Read this description as a page',
  responses: { 200: { description: 'The page.', headers: revalidated, content: htmlPage } },
};
