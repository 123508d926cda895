import { HEALTH_PATH } from '../../contract.ts';
import { HealthSchema, InstanceSchema, LoadQuerySchema, LoadResultSchema } from '../schemas.ts';
import { json, queryParameters } from './from-zod.ts';
import { problems } from './problems.ts';
import type { Content, Operation } from './types.ts';

const page: Content = { 'text/html': { schema: { type: 'string' } } };

const showInstance: Operation = {
  operationId: 'showInstance',
  summary: 'See which instance answers',
  description: 'Browsers get the live page, with a button that records a timestamp and a list of the latest ones.',
  responses: {
    200: { description: 'The instance that answered.', content: { ...json(InstanceSchema), ...page } },
    ...problems('not-acceptable'),
  },
};

const checkHealth: Operation = {
  operationId: 'checkHealth',
  summary: 'Check whether this process serves requests',
  description: 'Covers this process only: a failure of the database does not change the answer.',
  responses: {
    200: { description: 'The process serves requests.', content: json(HealthSchema) },
    503: { description: 'The process is shutting down.', content: json(HealthSchema, { status: 'draining' }) },
  },
};

const computeLoad: Operation = {
  operationId: 'computeLoad',
  summary: 'Use CPU time',
  description: 'For scaling drills: computes slowly whether a number is prime. Only if `LOAD_ENDPOINT=on`.',
  parameters: queryParameters(LoadQuerySchema),
  responses: {
    200: { description: 'The result, and how long it took.', content: json(LoadResultSchema) },
    ...problems('invalid', 'not-found', 'overloaded'),
  },
};

const readMetrics: Operation = {
  operationId: 'readMetrics',
  summary: 'Read the metrics',
  description: 'Of all processes of this instance, in Prometheus text format. On AWS only from the instance itself.',
  responses: {
    200: { description: 'The metrics.', content: { 'text/plain': { schema: { type: 'string' } } } },
    ...problems('not-found'),
  },
};

const readDocument: Operation = {
  operationId: 'readDocument',
  summary: 'Read this description as an OpenAPI document',
  responses: {
    200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
  },
};

const readDocs: Operation = {
  operationId: 'readDocs',
  summary: 'Read this description as a page',
  responses: { 200: { description: 'The page.', content: page } },
};

export const instancePaths = { '/': { get: showInstance }, [HEALTH_PATH]: { get: checkHealth } };

export const toolPaths = {
  '/load': { get: computeLoad },
  '/metrics': { get: readMetrics },
  '/openapi.json': { get: readDocument },
  '/docs': { get: readDocs },
};
