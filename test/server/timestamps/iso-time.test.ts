import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { dayEnd, dayOf, isoFromMicros, microsFromIso } from '../../../server/timestamps/iso-time.ts';

const anyMicros = fc.nat({ max: 9e15 });

describe('ISO 8601 times', () => {
  it('have microseconds and are in UTC', () => {
    assert.equal(isoFromMicros(1_795_247_100_123_456), '2026-11-21T07:45:00.123456Z');
  });

  it('are parsed as the same microsecond', () => {
    fc.assert(fc.property(anyMicros, (micros) => microsFromIso(isoFromMicros(micros)) === micros));
  });

  it('sort as text like the times they represent', () => {
    fc.assert(fc.property(anyMicros, anyMicros, (a, b) => a < b === isoFromMicros(a) < isoFromMicros(b)));
  });

  it('can be a date only, without seconds, or with an offset', () => {
    const midnight = microsFromIso('2026-11-21T00:00:00.000000Z');
    for (const text of ['2026-11-21', '2026-11-21T00:00', '2026-11-21T01:00+01:00', '2026-11-20T19:00:00-0500'])
      assert.equal(microsFromIso(text), midnight, text);
    assert.equal(microsFromIso('2026-11-21T07:45:00.1234567Z'), microsFromIso('2026-11-21T07:45:00.123456Z'));
  });

  it('are refused if they are not valid', () => {
    for (const text of ['', 'now', '2026-02-30', '2026-13-01', '2026-11-21T25:00Z', '2026-11-21 07:45', '1795247100'])
      assert.equal(microsFromIso(text), undefined, text);
  });

  it('have a day and its end', () => {
    fc.assert(
      fc.property(anyMicros, (micros) => {
        const end = dayEnd(micros);
        return micros < end && dayOf(end - 1) === dayOf(micros) && dayOf(end) > dayOf(micros);
      }),
    );
  });
});
