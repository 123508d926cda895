import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ListQuerySchema } from '../../../server/http/schemas.ts';

const ALL = { limit: 100, consistent: false };

describe('the query of GET /app', () => {
  it('selects the newest 100 records if it is empty', () => {
    assert.deepEqual(ListQuerySchema.parse({}), ALL);
  });

  it('treats an empty form field as absent', () => {
    const { from, to, ...rest } = ListQuerySchema.parse({ from: '', to: '' });
    assert.deepEqual([from, to, rest], [undefined, undefined, ALL]);
  });

  it('parses times to the microsecond', () => {
    assert.equal(ListQuerySchema.parse({ from: '1970-01-01T00:00:01.000002Z' }).from, 1_000_002);
  });

  for (const limit of ['', '0', '1001', '1.5', '1e2', '-1', ' 5', '9'.repeat(17), ['1', '2'], { a: '1' }]) {
    it(`refuses the limit ${JSON.stringify(limit)} and says what is expected`, () => {
      const messages = ListQuerySchema.safeParse({ limit }).error?.issues.map(({ message }) => message);
      assert.deepEqual(messages, ['expected a whole number from 1 to 1000']);
    });
  }
});
