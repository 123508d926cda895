import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { curlCommand } from '../../../../server/http/openapi/curl.ts';
import { type OpenApiDocument, openApiDocument } from '../../../../server/http/openapi/document.ts';
import { example, queryParameters } from '../../../../server/http/openapi/from-zod.ts';
import type { Operation } from '../../../../server/http/openapi/types.ts';
import * as schemas from '../../../../server/http/schemas.ts';
import { parseRecordId } from '../../../../server/timestamps/id.ts';
import { microsFromIso } from '../../../../server/timestamps/iso-time.ts';

const document = openApiDocument('1.2.3', { read: true, write: true });

const operations = (of: OpenApiDocument): Operation[] => Object.values(of.paths).flatMap((item) => Object.values(item));

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const result = await validator.validate(JSON.parse(JSON.stringify(document)));
    assert.deepEqual(result, { valid: true });
    assert.equal(validator.version, '3.1');
    // Throws if a reference has no target.
    assert.ok(validator.resolveRefs());
  });

  it('has unique operation ids', () => {
    const ids = operations(document).map(({ operationId }) => operationId);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('explains both causes of a 503', () => {
    const response = document.paths['/app']?.post?.responses['503'];
    assert.match(response && 'description' in response ? response.description : '', /`overloaded`: .*`unavailable`: /);
  });

  it('documents Retry-After, Allow and Location', () => {
    const { responses } = document.components;
    assert.ok(responses['rate-limited']?.headers?.['Retry-After']);
    assert.ok(responses['method-not-allowed']?.headers?.['Allow']);
    const created = document.paths['/app']?.post?.responses['201'];
    assert.ok(created && 'headers' in created && created.headers?.['Location']);
  });

  it('names the token of each operation, if the service requires it', () => {
    const guarded = (of: OpenApiDocument) =>
      operations(of).flatMap(({ operationId, security }) => (security ? [[operationId, security]] : []));
    const read = [{ readToken: [] }];
    const write = [{ writeToken: [] }];
    assert.deepEqual(guarded(document), [
      ['recordTimestamp', write],
      ['listTimestamps', read],
      ['readTimestamp', read],
      ['followLive', read],
      ['createUser', write],
      ['listUsers', read],
    ]);
    assert.deepEqual(guarded(openApiDocument('1.2.3', { read: false, write: false })), []);
  });

  for (const [name, schema] of Object.entries(schemas)) {
    if (!('parse' in schema) || name.endsWith('QuerySchema')) continue;
    it(`has an example that ${name} accepts`, () => {
      assert.deepEqual(schema.parse(example(schema)), example(schema));
    });
  }

  it('has an example record whose id contains its time', () => {
    const { id, timestamp } = schemas.RecordSchema.parse(example(schemas.RecordSchema));
    assert.equal(parseRecordId(id)?.micros, microsFromIso(timestamp));
  });

  it('has examples of parameters that the queries accept', () => {
    for (const schema of [schemas.ListQuerySchema, schemas.UserQuerySchema, schemas.LoadQuerySchema]) {
      const parameters = queryParameters(schema);
      const query = Object.fromEntries(
        parameters.map(({ name, schema: { examples } }) => [name, String(examples?.[0])]),
      );
      assert.deepEqual(Object.keys(query), Object.keys(schema.shape));
      assert.ok(schema.parse(query));
    }
  });
});

describe('the command of an operation', () => {
  const open = openApiDocument('1.2.3', { read: false, write: false });
  const command = (path: string, method: 'get' | 'post', of = open) =>
    curlCommand('http://host:1', path, method, of.paths[path]?.[method] as Operation);

  it('sends the required token from a shell variable', () => {
    assert.equal(
      command('/app', 'post', document),
      'curl -X POST -H "Authorization: Bearer $WRITE_TOKEN" http://host:1/app',
    );
    assert.match(command('/app', 'get', document), /^curl -H "Authorization: Bearer \$READ_TOKEN" /);
  });

  it('names the method, fills in the path and quotes special characters of the shell', () => {
    assert.equal(command('/app', 'post'), 'curl -X POST http://host:1/app');
    assert.equal(command('/app', 'get'), "curl 'http://host:1/app?limit=20'");
    assert.match(command('/app/{id}', 'get'), /^curl http:\/\/host:1\/app\/[0-9a-v]{46}$/);
  });

  it('sends the required body', () => {
    assert.equal(
      command('/users', 'post'),
      'curl -X POST -H \'Content-Type: application/json\' -d \'{"username":"ada","email":"ada@example.com"}\' http://host:1/users',
    );
  });
});
