import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type { z } from 'zod';
import { keyTextOf } from '../../../../server/http/idempotency-key.ts';
import { openApiDocument } from '../../../../server/http/openapi/document.ts';
import type { JsonSchema, Operation, Parameter } from '../../../../server/http/openapi/types.ts';
import * as schemas from '../../../../server/http/schemas.ts';
import { parseRecordId } from '../../../../server/timestamps/id.ts';
import { ISO_8601, microsFromIso } from '../../../../server/timestamps/iso-time.ts';

const { info, paths, components } = openApiDocument('1.2.3', { read: true, write: true });
const operations: Operation[] = Object.values(paths).flatMap((item) => Object.values(item));
const ajv = new Ajv2020({ strict: false, validateFormats: false });

/** The schemas that check the query of each operation with parameters in the query. */
const QUERIES: Readonly<Record<string, z.ZodObject>> = {
  listTimestamps: schemas.ListQuerySchema,
  listUsers: schemas.UserQuerySchema,
  computeLoad: schemas.LoadQuerySchema,
};

/** Whether the server accepts the text as the value of a parameter. */
function accepts({ operationId }: Operation, { in: location, name }: Parameter): (text: string) => boolean {
  if (location === 'query') {
    const schema = QUERIES[operationId]?.shape[name] as z.ZodType | undefined;
    assert.ok(schema, `no schema checks ${name} of ${operationId}`);
    return (text) => schema.safeParse(text).success;
  }
  if (location === 'path') return (text) => parseRecordId(text) !== undefined;
  if (name === 'Idempotency-Key') return (text) => succeeds(() => keyTextOf(requestWith(text)));
  assert.equal(name, 'X-Amzn-Trace-Id');
  return () => true;
}

function requestWith(key: string): IncomingMessage {
  return { headers: { 'idempotency-key': key } } as unknown as IncomingMessage;
}

function succeeds(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

/** Whether the published schema accepts the text of a parameter. */
function publishes(schema: JsonSchema): (text: string) => boolean {
  const validate = ajv.compile(schema);
  return (text) => validate(schema.type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text);
}

/** Texts near the example and near the bounds of a schema, and others. */
function texts({ examples = [], minimum = 0, maximum = 0 }: JsonSchema): fc.Arbitrary<string> {
  const sample = String(examples[0]);
  const changed = fc
    .tuple(fc.nat(sample.length), fc.nat(2), fc.constantFrom('', '0', 'z', '"', '-', ' ', 'T', '.'))
    .map(([at, removed, added]) => sample.slice(0, at) + added + sample.slice(at + removed));
  const numbers = fc.constantFrom(minimum - 1, minimum, maximum, maximum + 1).map(String);
  const long = fc
    .constantFrom(254, 255, 256)
    .chain((length) => fc.constantFrom('a'.repeat(length), `"${'a'.repeat(length)}"`));
  return fc.oneof(changed, numbers, long, fc.string(), fc.constantFrom('', sample));
}

/** The pattern of a time also matches days and times that do not exist, such as 2026-02-30. */
const isUnknownTime = (text: string): boolean => ISO_8601.test(text) && microsFromIso(text) === undefined;

describe('the document', () => {
  for (const operation of operations) {
    for (const parameter of operation.parameters ?? []) {
      it(`accepts the same values as the server for ${parameter.name} of ${operation.operationId}`, () => {
        const [accepted, published] = [accepts(operation, parameter), publishes(parameter.schema)];
        fc.assert(
          fc.property(texts(parameter.schema), (text) => {
            if (!isUnknownTime(text)) assert.equal(published(text), accepted(text), JSON.stringify(text));
          }),
          { numRuns: 300 },
        );
      });

      it(`bounds ${parameter.name} of ${operation.operationId}`, () => {
        const { type, minimum, maximum, pattern, enum: values } = parameter.schema;
        if (parameter.name === 'X-Amzn-Trace-Id') return assert.match(parameter.description ?? '', /otherwise/);
        if (type === 'integer') assert.ok(minimum !== undefined && maximum !== undefined);
        else assert.ok(pattern !== undefined || values !== undefined);
      });
    }
  }

  it('accepts the same new users as the server', () => {
    const published = ajv.compile(components.schemas['NewUser'] as JsonSchema);
    const name = fc.oneof(fc.string(), fc.constantFrom('a'.repeat(64), 'a'.repeat(65), 'a.b', '.a'));
    const address = fc.oneof(
      fc.emailAddress(),
      fc.string(),
      fc.constantFrom(254, 255).map((length) => `${'a'.repeat(length - 12)}@example.com`),
    );
    const user = fc.record({ username: name, email: address, role: fc.string() }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.oneof(user, fc.constantFrom(null, [], 'ada', 5)), (body) =>
        assert.equal(published(body), schemas.NewUserSchema.safeParse(body).success),
      ),
      { numRuns: 500 },
    );
  });

  it('publishes the largest headers and the time for a request', () => {
    assert.match(info.description, /at most 16 KB; otherwise the answer is 431\./);
    assert.match(info.description, /after 10 s is answered with 408\./);
  });

  it('publishes the largest body of every operation that has one', () => {
    assert.deepEqual(paths['/app']?.post?.requestBody?.content['*/*']?.schema, { maxLength: 8_192 });
    assert.match(paths['/users']?.post?.requestBody?.description ?? '', /At most 8 KB/);
  });
});
