import { MAX_BODY_BYTES } from '../../contract.ts';
import { ListQuerySchema, RECORD_FIELDS, RecordPageSchema, RecordSchema } from '../schemas.ts';
import { example, json, queryParameters } from './from-zod.ts';
import { linkToOlder, textHeader } from './headers.ts';
import { problems } from './problems.ts';
import type { Operation } from './types.ts';

const record = RecordSchema.parse(example(RecordSchema));
const csvSample = `${RECORD_FIELDS.join(',')}\r\n${RECORD_FIELDS.map((name) => record[name]).join(',')}\r\n`;

const recordOne: Operation = {
  operationId: 'recordTimestamp',
  summary: 'Record a timestamp',
  description: 'Answers once the timestamp is durable. The timestamp is the time when the request arrived.',
  parameters: [
    {
      name: 'X-Amzn-Trace-Id',
      in: 'header',
      description: 'Stored with the record; generated if absent',
      schema: { type: 'string', examples: [`Root=${record.traceId}`] },
    },
  ],
  requestBody: {
    description: `ignored, up to ${MAX_BODY_BYTES / 1024} KB`,
    required: false,
    content: { '*/*': {} },
  },
  responses: {
    201: {
      description: 'The timestamp is stored.',
      headers: { Location: textHeader('Address of the record', `/app/${record.id}`) },
      content: {
        'text/plain': { schema: { type: 'string' }, example: `${record.timestamp}\n` },
        ...json(RecordSchema),
      },
    },
    ...problems('not-acceptable', 'too-large', 'rate-limited', 'overloaded', 'unavailable'),
  },
};

const list: Operation = {
  operationId: 'listTimestamps',
  summary: 'List the timestamps, newest first',
  description: 'Returns one page at a time; a cursor neither skips nor repeats records. Browsers get an HTML page.',
  parameters: queryParameters(ListQuerySchema),
  security: [{}, { readToken: [] }],
  responses: {
    200: {
      description: 'A page of timestamps.',
      headers: { Link: linkToOlder(`/app?limit=20&cursor=${record.id}`) },
      content: {
        ...json(RecordPageSchema),
        'application/x-ndjson': { schema: { type: 'string' }, example: `${JSON.stringify(record)}\n` },
        'text/csv': { schema: { type: 'string' }, example: csvSample },
        'text/html': { schema: { type: 'string' } },
      },
    },
    ...problems('invalid', 'unauthorized', 'not-acceptable', 'unavailable'),
  },
};

const read: Operation = {
  operationId: 'readTimestamp',
  summary: 'Read one timestamp',
  parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string', examples: [record.id] } }],
  responses: {
    200: { description: 'The record.', content: json(RecordSchema) },
    ...problems('not-found', 'unavailable'),
  },
};

export const timestampPaths = { '/app': { post: recordOne, get: list }, '/app/{id}': { get: read } };
