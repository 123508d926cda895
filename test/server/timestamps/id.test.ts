import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { blockSuffix, MAX_SHARDS, MAX_SPAN_MICROS, parseRecordId, recordId } from '../../../server/timestamps/id.ts';

const addresses = fc
  .record({
    micros: fc.nat({ max: Number.MAX_SAFE_INTEGER - MAX_SPAN_MICROS }),
    span: fc.nat({ max: MAX_SPAN_MICROS }),
    shard: fc.nat({ max: MAX_SHARDS - 1 }),
    writer: fc.stringMatching(/^[0-9a-v]{8}$/),
    sequence: fc.nat({ max: 2 ** 35 - 1 }),
  })
  .map(({ micros, span, ...rest }) => ({ micros, blockLast: micros + span, ...rest }));

function idOf({
  micros,
  blockLast,
  shard,
  writer,
  sequence,
}: typeof addresses extends fc.Arbitrary<infer A> ? A : never) {
  return recordId(micros, blockLast, blockSuffix(shard, writer, sequence));
}

const TAG = '0123456789abcv';

describe('a record id', () => {
  it('contains the location of the record', () => {
    fc.assert(fc.property(addresses, (address) => assert.deepEqual(parseRecordId(idOf(address) + TAG), address)));
  });

  it('has 32 characters before its tag that need no escaping', () => {
    fc.assert(fc.property(addresses, (address) => /^[0-9a-v]{32}$/.test(idOf(address))));
  });

  it('sorts by time', () => {
    fc.assert(fc.property(addresses, addresses, (a, b) => a.micros >= b.micros || idOf(a) < idOf(b)));
  });

  it('is refused if it is not valid', () => {
    for (const id of ['', 'x', 'w'.repeat(46), '0'.repeat(32), '0'.repeat(45), '0'.repeat(47), `${'0'.repeat(45)}A`])
      assert.equal(parseRecordId(id), undefined, id);
  });
});
