import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { GENERATED_SECRET } from '../../../server/contract.ts';
import { parseSecretValue } from '../../../server/secrets/secret-value.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';

const generated = ['R', 'W', 'K'].map((letter) => letter.repeat(GENERATED_SECRET.length / 3)).join('');
const parse = (value: object) => parseSecretValue(JSON.stringify(value));

describe('the value of a secret', () => {
  it('has a read token, a write token and a key for ids as soon as Secrets Manager has generated it', () => {
    assert.deepEqual(parse({ generated }), {
      readTokens: ['R'.repeat(48)],
      writeTokens: ['W'.repeat(48)],
      idKeys: [{ from: 0, key: 'K'.repeat(48) }],
    });
  });

  it('can have lists of tokens and keys instead', () => {
    const [first, second] = ['a'.repeat(48), 'b'.repeat(48)];
    const idKeys = [
      { from: '2026-11-26T12:00:00Z', key: second },
      { from: '1970-01-01T00:00:00Z', key: first },
    ];
    assert.deepEqual(parse({ generated, readTokens: [second, first], idKeys }), {
      readTokens: [second, first],
      writeTokens: ['W'.repeat(48)],
      idKeys: [
        { from: 0, key: first },
        { from: microsFromIso('2026-11-26T12:00:00Z'), key: second },
      ],
    });
  });

  it('is refused if it is not valid, with the name of the property and without any part of the value', () => {
    const wrong: [string, RegExp][] = [
      ['', /is not JSON/],
      [`{"generated": "${generated}`, /is not JSON/],
      ['"text"', /the value \(invalid_type\)/],
      [JSON.stringify({ generated: generated.slice(1) }), /generated \(too_small\)/],
      [JSON.stringify({ generated, readTokens: [] }), /readTokens \(too_small\)/],
      [JSON.stringify({ generated, readTokens: ['RRRR'] }), /readTokens.0 \(invalid_format\)/],
      [JSON.stringify({ generated, idKeys: [{ from: 'today', key: 'R'.repeat(48) }] }), /idKeys.0.from/],
    ];
    for (const [value, expected] of wrong)
      assert.throws(
        () => parseSecretValue(value),
        (error: Error) => expected.test(error.message) && !/RRRR|WWWW/.test(`${error.message}${error.stack}`),
        value,
      );
  });

  it('never shows a part of the value in an error', () => {
    fc.assert(
      fc.property(fc.json(), fc.stringMatching(/^[A-Z]{12}$/), (json, secret) => {
        try {
          parseSecretValue(json.replace(/.$/, secret));
        } catch (error) {
          assert.ok(!String((error as Error).stack).includes(secret));
        }
      }),
    );
  });
});
