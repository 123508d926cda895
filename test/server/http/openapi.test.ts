import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { curlCommand } from '../../../server/http/openapi/curl.ts';
import { openApiDocument } from '../../../server/http/openapi/document.ts';
import { example, queryParameters } from '../../../server/http/openapi/from-zod.ts';
import type { OpenApiDocument, Operation } from '../../../server/http/openapi/types.ts';
import * as schemas from '../../../server/http/schemas.ts';
import { parseRecordId } from '../../../server/timestamps/id.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';

const document = openApiDocument('1.2.3');

const operations = (of: OpenApiDocument): Operation[] => Object.values(of.paths).flatMap((item) => Object.values(item));

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const result = await validator.validate(JSON.parse(JSON.stringify(document)));
    assert.deepEqual(result, { valid: true });
    assert.equal(validator.version, '3.1');
    // Throws where a reference leads nowhere.
    assert.ok(validator.resolveRefs());
  });

  it('names every operation once', () => {
    const ids = operations(document).map(({ operationId }) => operationId);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('says of a 503 with two causes what each means', () => {
    const response = document.paths['/app']?.post?.responses['503'];
    assert.match(response && 'description' in response ? response.description : '', /`overloaded`: .*`unavailable`: /);
  });

  it('says when to come back, which methods there are and where the record is', () => {
    const { responses } = document.components;
    assert.ok(responses['rate-limited']?.headers?.['Retry-After']);
    assert.ok(responses['method-not-allowed']?.headers?.['Allow']);
    const created = document.paths['/app']?.post?.responses['201'];
    assert.ok(created && 'headers' in created && created.headers?.['Location']);
  });

  it('asks for the read token where the routes do, as an option', () => {
    const guarded = operations(document).filter(({ security }) => security);
    assert.deepEqual(
      guarded.map(({ operationId, security }) => [operationId, security]),
      [
        ['listTimestamps', [{}, { readToken: [] }]],
        ['listUsers', [{}, { readToken: [] }]],
      ],
    );
  });

  for (const [name, schema] of Object.entries(schemas)) {
    if (!('parse' in schema) || name.endsWith('QuerySchema')) continue;
    it(`has an example that ${name} accepts`, () => {
      assert.deepEqual(schema.parse(example(schema)), example(schema));
    });
  }

  it('has an example of a record whose id tells its time', () => {
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
  const command = (path: string, method: 'get' | 'post') =>
    curlCommand('http://host:1', path, method, document.paths[path]?.[method] as Operation);

  it('names the method, fills in the path and quotes what a shell would take apart', () => {
    assert.equal(command('/app', 'post'), 'curl -X POST http://host:1/app');
    assert.equal(command('/app', 'get'), "curl 'http://host:1/app?limit=20'");
    assert.match(command('/app/{id}', 'get'), /^curl http:\/\/host:1\/app\/[0-9a-v]{32}$/);
  });

  it('sends the body that is needed', () => {
    assert.equal(
      command('/users', 'post'),
      'curl -X POST -H \'Content-Type: application/json\' -d \'{"username":"ada","email":"ada@example.com"}\' http://host:1/users',
    );
  });
});
