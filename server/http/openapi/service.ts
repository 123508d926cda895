import { HEALTH_PATH } from '../../contract.ts';
import { HealthSchema, InstanceSchema, LoadQuerySchema, LoadResultSchema } from '../schemas.ts';
import type { MediaType, Operation } from './document.ts';
import { json, queryParameters } from './from-zod.ts';
import { problems } from './problems.ts';

const page: Record<string, MediaType> = { 'text/html': { schema: { type: 'string' } } };

const showInstance: Operation = {
  operationId: 'showInstance',
  summary: 'See who answers',
  description: 'Browsers get the live page: a button that records, and what arrives.',
  responses: {
    200: { description: 'The instance that answered.', content: { ...json(InstanceSchema), ...page } },
    ...problems('not-acceptable'),
  },
};

const checkHealth: Operation = {
  operationId: 'checkHealth',
  summary: 'Ask whether this process serves',
  description: 'About this process alone: a fault of the database does not show here.',
  responses: {
    200: { description: 'It serves.', content: json(HealthSchema) },
    503: {
      description: 'It is on its way out.',
      content: { 'application/json': { ...json(HealthSchema)['application/json'], example: { status: 'draining' } } },
    },
  },
};

const computeLoad: Operation = {
  operationId: 'computeLoad',
  summary: 'Cost some CPU',
  description: 'For scaling drills: tells whether a number is prime, the slow way. Only where `LOAD_ENDPOINT=on`.',
  parameters: queryParameters(LoadQuerySchema),
  responses: {
    200: { description: 'The answer, and what it took.', content: json(LoadResultSchema) },
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
  summary: 'Read this interface as an OpenAPI document',
  responses: {
    200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
  },
};

const readDocs: Operation = {
  operationId: 'readDocs',
  summary: 'Read this interface as a page',
  responses: { 200: { description: 'The page.', content: page } },
};

export const instancePaths = { '/': { get: showInstance }, [HEALTH_PATH]: { get: checkHealth } };

export const toolPaths = {
  '/load': { get: computeLoad },
  '/metrics': { get: readMetrics },
  '/openapi.json': { get: readDocument },
  '/docs': { get: readDocs },
};
