import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type OpenApiDocument, openApiDocument } from '../../../../server/http/openapi/document.ts';
import { VERSION } from '../../../../server/version.ts';
import { breakingChanges } from './breaking-changes.ts';

const RELEASED = new URL('../../../../docs/interface/released.json', import.meta.url);

// biome-ignore lint/suspicious/noExplicitAny: the changes below reach into a document as JSON.
type Json = any;

function documentAsJson(): Json {
  return JSON.parse(JSON.stringify(openApiDocument('1.2.3', { read: false, write: false })));
}

/** The breaking changes of a change to the document. */
function changesBy(change: (document: Json) => void): string[] {
  const changed = documentAsJson();
  change(changed);
  return breakingChanges(documentAsJson(), changed);
}

const parameter = (document: Json, path: string, name: string): Json =>
  document.paths[path].get.parameters.find((each: Json) => each.name === name);

const BREAKING: Readonly<Record<string, readonly [change: (document: Json) => void, expected: string]>> = {
  'a removed path': [(d) => delete d.paths['/users'].get, 'GET /users was removed'],
  'a removed parameter': [(d) => d.paths['/app'].get.parameters.shift(), 'GET /app query.limit was removed'],
  'a new required parameter': [
    (d) => d.paths['/app'].get.parameters.push({ name: 'day', in: 'query', required: true, schema: {} }),
    'GET /app query.day was added and is required',
  ],
  'a parameter that becomes required': [
    (d) => (parameter(d, '/app', 'limit').required = true),
    'GET /app query.limit is required now',
  ],
  'a lower maximum of a parameter': [
    (d) => (parameter(d, '/app', 'limit').schema.maximum = 500),
    'GET /app query.limit: maximum was 1000, is 500',
  ],
  'a new bound of a parameter': [
    (d) => (parameter(d, '/app', 'from').schema.maxLength = 10),
    'GET /app query.from: maxLength was absent, is 10',
  ],
  'another pattern of a parameter': [
    (d) => (parameter(d, '/app', 'cursor').schema.pattern = '^a$'),
    'GET /app query.cursor: pattern was',
  ],
  'a removed value of a parameter': [
    (d) => parameter(d, '/app', 'consistent').schema.enum.pop(),
    'GET /app query.consistent: enum was ["true","false"], is ["true"]',
  ],
  'another default of a parameter': [
    (d) => (parameter(d, '/app', 'consistent').schema.default = 'true'),
    'GET /app query.consistent: default was "false", is "true"',
  ],
  'a removed default of a parameter': [
    (d) => delete parameter(d, '/app', 'consistent').schema.default,
    'GET /app query.consistent: default was "false", is absent',
  ],
  'a body that becomes required': [
    (d) => (d.paths['/app'].post.requestBody.required = true),
    'POST /app: the body is required now',
  ],
  'a smaller body': [
    (d) => (d.paths['/app'].post.requestBody.content['*/*'].schema.maxLength = 10),
    'POST /app body */*: maxLength was 8192, is 10',
  ],
  'a new required member of a body': [
    (d) => d.components.schemas.NewUser.required.push('name'),
    'POST /users body application/json.name is required now',
  ],
  'a removed member of a body': [
    (d) => delete d.components.schemas.NewUser.properties.email,
    'POST /users body application/json.email was removed',
  ],
  'a removed member of an answer': [
    (d) => delete d.components.schemas.Timestamp.properties.region,
    'GET /app/{id} 200 application/json.region was removed',
  ],
  'a member that is not in every answer any more': [
    (d) => d.components.schemas.Timestamp.required.pop(),
    'GET /app 200 application/json.timestamps[].errorMicros is not in every answer any more',
  ],
  'another type of a member': [
    (d) => (d.components.schemas.Timestamp.properties.errorMicros.type = ['number', 'null']),
    'GET /app/{id} 200 application/json.errorMicros: type was ["integer","null"], is ["number","null"]',
  ],
  'a new value of a member': [
    (d) => d.components.schemas.Timestamp.properties.state.enum.push('lost'),
    'POST /app 201 application/json.state: enum was ["stored","accepted"], is ["stored","accepted","lost"]',
  ],
  'a removed media type': [
    (d) => delete d.paths['/app'].get.responses['200'].content['text/csv'],
    'GET /app 200: text/csv was removed',
  ],
  'a removed status': [(d) => delete d.paths['/app'].post.responses['202'], 'POST /app: status 202 was removed'],
  'a new status of success': [
    (d) => (d.paths['/users'].get.responses['206'] = { description: '' }),
    'GET /users: status 206 was added',
  ],
  'a removed header': [
    (d) => delete d.paths['/app'].post.responses['201'].headers.Location,
    'POST /app 201: the header Location was removed',
  ],
  'a removed problem': [(d) => delete d.components.responses.conflict, 'the problem conflict was removed'],
  'another status of a problem': [
    (d) => (d.components.responses.conflict.content['application/problem+json'].example.status = 400),
    'the problem conflict had status 409, has 400',
  ],
};

const COMPATIBLE: Readonly<Record<string, (document: Json) => void>> = {
  'new texts and examples': (d) => (d.info.description = 'Another one.'),
  'a new path': (d) => (d.paths['/new'] = d.paths['/users']),
  'a new method': (d) => (d.paths['/health'].post = d.paths['/users'].get),
  'a new optional parameter': (d) => d.paths['/app'].get.parameters.push({ name: 'day', in: 'query', schema: {} }),
  'a higher maximum of a parameter': (d) => (parameter(d, '/app', 'limit').schema.maximum = 5_000),
  'a new value of a parameter': (d) => parameter(d, '/app', 'consistent').schema.enum.push('maybe'),
  'a new optional member of a body': (d) => (d.components.schemas.NewUser.properties.name = { type: 'string' }),
  'a new member of an answer': (d) => (d.components.schemas.Timestamp.properties.zone = { type: 'string' }),
  'a member that is in every answer now': (d) => d.components.schemas.Timestamp.required.push('region'),
  'a value that is not sent any more': (d) => d.components.schemas.Timestamp.properties.state.enum.pop(),
  'a new media type of an answer': (d) => (d.paths['/users'].get.responses['200'].content['text/csv'] = {}),
  'a new header': (d) => (d.paths['/users'].get.responses['200'].headers.Age = { schema: {} }),
  'a new problem': (d) => (d.components.responses['too-early'] = d.components.responses.conflict),
  'an error that is not answered any more': (d) => delete d.paths['/users'].post.responses['415'],
  'the removal of what may change': (d) => delete d.paths['/load'],
  'the removal of a header that may change': (d) => delete d.paths['/app'].post.responses['201'].headers.RateLimit,
};

describe('the comparison of two documents', () => {
  for (const [name, [change, expected]] of Object.entries(BREAKING)) {
    it(`finds ${name}`, () => {
      const found = changesBy(change);
      assert.ok(
        found.some((sentence) => sentence.startsWith(expected)),
        `expected "${expected}", found ${JSON.stringify(found)}`,
      );
    });
  }

  for (const [name, change] of Object.entries(COMPATIBLE))
    it(`permits ${name}`, () => assert.deepEqual(changesBy(change), []));
});

describe('the interface', () => {
  const released = JSON.parse(readFileSync(RELEASED, 'utf8')) as OpenApiDocument;

  it('has no change that breaks clients of the last release', () => {
    assert.deepEqual(
      breakingChanges(released, documentAsJson()),
      [],
      'these changes break clients: see docs/decisions/0051-interface-changes.md',
    );
  });

  it('has the version of the last release, or a later one', () => {
    assert.ok(VERSION.localeCompare(released.info.version, 'en', { numeric: true }) >= 0);
  });
});
