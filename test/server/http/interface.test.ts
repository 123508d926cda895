import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import request from 'supertest';
import type { z } from 'zod';
import { openApiDocument } from '../../../server/http/openapi/document.ts';
import type { Method, Operation, Response } from '../../../server/http/openapi/types.ts';
import * as schemas from '../../../server/http/schemas.ts';
import { startDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';

const { server } = await startService(await startDatabase(), { LOAD_ENDPOINT: 'on' });
const { info, paths } = openApiDocument('', { read: true, write: true });

const schemaNamed = (name: string): z.ZodType =>
  Object.values(schemas).find((schema) => 'meta' in schema && schema.meta()?.id === name) as z.ZodType;

const { body: recorded } = await request(server).post('/app').set('accept', 'application/json').expect(201);

/** Calls an operation with the examples of its required values, and with the id of an existing record. */
const call = (path: string, method: Method, { parameters = [], requestBody }: Operation) => {
  const needed = parameters.filter((parameter) => parameter.in === 'query' && parameter.required);
  const query = Object.fromEntries(needed.map(({ name, schema }) => [name, String(schema.examples?.[0])]));
  const sent = request(server)
    [method](path.replace('{id}', recorded.id))
    .query(query)
    .set('accept', 'application/json, */*;q=0.1');
  const json = requestBody?.required && requestBody.content['application/json'];
  return json ? sent.send(json.example as object) : sent;
};

/** Documented headers that only some answers have. */
const OCCASIONAL = ['Link', 'RateLimit', 'RateLimit-Policy'];

/** Its answer does not end: `live/stream.test.ts` reads it. */
const STREAM = 'followLive';

/** Whether an operation refuses query parameters that it does not have. */
async function refusesOthers(path: string, method: Method, operation: Operation): Promise<boolean> {
  const { status, body } = await call(path, method, operation).query({ 'not-listed': 'x' });
  return status === 400 && body.errors[0].field === 'query.not-listed';
}

describe('every operation of the document', () => {
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item) as [Method, Operation][]) {
      if (operation.operationId === STREAM) continue;
      it(`${method.toUpperCase()} ${path} answers as documented`, async () => {
        const answer = await call(path, method, operation);
        const documented = operation.responses[answer.status] as Response | undefined;
        assert.ok(documented && answer.status < 300, `${answer.status}: ${answer.text}`);
        const content = documented.content?.[answer.type];
        assert.ok(content, `${answer.type} is not documented`);
        for (const name of Object.keys(documented.headers ?? {}))
          assert.ok(OCCASIONAL.includes(name) || answer.get(name), `${name} is missing`);
        const caching = documented.headers?.['Cache-Control']?.schema.examples?.[0] ?? 'no-store';
        assert.equal(answer.get('cache-control'), caching);
        const schemaName = content.schema?.$ref?.split('/').at(-1);
        if (schemaName) assert.ok(schemaNamed(schemaName).parse(answer.body));
      });
    }
  }
});

describe('every path of the document', () => {
  for (const [path, item] of Object.entries(paths)) {
    it(`${path} supports the documented methods and no others`, async () => {
      const methods = Object.keys(item).map((method) => method.toUpperCase());
      const answer = await request(server).delete(path.replace('{id}', recorded.id)).expect(405);
      const allowed = answer.get('allow')?.split(', ') ?? [];
      assert.deepEqual(allowed.toSorted(), [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].toSorted());
    });
  }
});

describe('query parameters that are not listed', () => {
  it('are refused by operations that have query parameters, and ignored by the others, as the document says', async () => {
    assert.match(
      info.description,
      /Operations with query parameters answer unknown ones with 400; operations without any ignore them\./,
    );
    for (const [path, item] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(item) as [Method, Operation][]) {
        if (operation.operationId === STREAM) continue;
        const hasParameters = (operation.parameters ?? []).some((parameter) => parameter.in === 'query');
        assert.equal(await refusesOthers(path, method, operation), hasParameters, operation.operationId);
      }
    }
  });
});
