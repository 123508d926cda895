import { MAX_BODY_BYTES } from '../../contract.ts';
import { ListQuerySchema, RECORD_FIELDS, RecordPageSchema, RecordSchema } from '../schemas.ts';
import type { MediaType, Operation, Parameter } from './document.ts';
import { example, json, queryParameters } from './from-zod.ts';
import { linkToOlder } from './link-header.ts';
import { problems } from './problems.ts';

const record = example(RecordSchema) as Readonly<Record<string, string>>;

const text = (sample: string): MediaType => ({ schema: { type: 'string' }, example: sample });

const idParameter: Parameter = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string', examples: [record['id']] },
};

const recordOne: Operation = {
  operationId: 'recordTimestamp',
  summary: 'Record a timestamp',
  description: 'Answers once the timestamp is durable. The time is that of the arrival of the request.',
  parameters: [
    {
      name: 'X-Amzn-Trace-Id',
      in: 'header',
      description: 'Kept with the record; made up when absent',
      schema: { type: 'string', examples: [`Root=${record['traceId']}`] },
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
      headers: {
        Location: {
          description: 'Address of the record',
          schema: { type: 'string', examples: [`/app/${record['id']}`] },
        },
      },
      content: { 'text/plain': text(`${record['timestamp']}\n`), ...json(RecordSchema) },
    },
    ...problems('not-acceptable', 'too-large', 'rate-limited', 'overloaded', 'unavailable'),
  },
};

const list: Operation = {
  operationId: 'listTimestamps',
  summary: 'List the timestamps, newest first',
  description: 'A page at a time; a cursor neither skips nor repeats. Browsers get a page to read.',
  parameters: queryParameters(ListQuerySchema),
  security: [{}, { readToken: [] }],
  responses: {
    200: {
      description: 'A page of timestamps.',
      headers: { Link: linkToOlder(`/app?limit=20&cursor=${record['id']}`) },
      content: {
        ...json(RecordPageSchema),
        'application/x-ndjson': text(`${JSON.stringify(record)}\n`),
        'text/csv': text(
          [RECORD_FIELDS, RECORD_FIELDS.map((name) => record[name])].map((row) => `${row.join(',')}\r\n`).join(''),
        ),
        'text/html': { schema: { type: 'string' } },
      },
    },
    ...problems('invalid', 'unauthorized', 'not-acceptable', 'unavailable'),
  },
};

const read: Operation = {
  operationId: 'readTimestamp',
  summary: 'Read one timestamp',
  parameters: [idParameter],
  responses: {
    200: { description: 'The record.', content: json(RecordSchema) },
    ...problems('not-found', 'unavailable'),
  },
};

export const timestampPaths = { '/app': { post: recordOne, get: list }, '/app/{id}': { get: read } };
