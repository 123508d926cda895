import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  BLOCK_LIMITS,
  type Block,
  decodeBlock,
  encodeBlock,
  recordsOf,
  writeUnits,
} from '../../../server/timestamps/block.ts';
import { MAX_SPAN_MICROS } from '../../../server/timestamps/id.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { blockStartingAt } from '../support/arbitraries.ts';

function time(text: string) {
  return microsFromIso(text) as number;
}
const anyBlock = fc.nat({ max: Number.MAX_SAFE_INTEGER - 1e9 }).chain((micros) => blockStartingAt(micros));

function blockOf(count: number): Block {
  return {
    shard: 7,
    writer: 'k3f9a2v0',
    sequence: 42,
    instance: 'i-0abc1234def567890',
    arrivals: Array.from({ length: count }, (_, i) => ({
      micros: time('2026-11-21T07:45:00Z') + i,
      traceId: '1-6b014bfc-3f5c8a1b9d7e4c6f8a0b2d4e',
      clientAddress: '203.0.113.77',
      protocol: 'https',
    })),
  };
}

describe('a block', () => {
  it('is an item that a person can read in the console', () => {
    assert.deepEqual(encodeBlock(blockOf(2)), {
      pk: '2026-11-21#07',
      sk: '2026-11-21T07:45:00.000001Z#k3f9a2v0#000001a',
      instance: 'i-0abc1234def567890',
      count: 2,
      lines:
        '00.000000 3f5c8a1b9d7e4c6f8a0b2d4e 203.0.113.77\n' + //
        '00.000001 3f5c8a1b9d7e4c6f8a0b2d4e 203.0.113.77',
    });
  });

  it('reaches across the end of an hour, and says where a request was not HTTPS', () => {
    const [before, after] = [time('2026-11-21T07:59:59.9Z'), time('2026-11-21T08:00:00.1Z')];
    const arrival = { traceId: '1-6b014bfc-3f5c8a1b9d7e4c6f8a0b2d4e', clientAddress: '2001:db8::1' };
    const block: Block = {
      ...blockOf(0),
      arrivals: [
        { ...arrival, micros: before, protocol: 'http' },
        { ...arrival, micros: after, protocol: 'https' },
      ],
    };
    const item = encodeBlock(block);
    assert.equal(
      item.lines,
      '59.900000 1-6b014bfc-3f5c8a1b9d7e4c6f8a0b2d4e 2001:db8::1 http\n' +
        '00.100000 1-6b014bfc-3f5c8a1b9d7e4c6f8a0b2d4e 2001:db8::1',
    );
    assert.deepEqual(decodeBlock(item), block);
  });

  it('comes back from its item as it was', () => {
    fc.assert(fc.property(anyBlock, (block) => assert.deepEqual(decodeBlock(encodeBlock(block)), block)));
  });

  it('has records whose ids are all different and in order', () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        const ids = recordsOf(block).map(({ id }) => id);
        assert.equal(new Set(ids).size, block.arrivals.length);
        assert.deepEqual(ids, ids.toSorted());
      }),
    );
  });

  it('is refused when a line is damaged', () => {
    const item = encodeBlock(blockOf(2));
    assert.throws(() => decodeBlock({ ...item, lines: 'half a line' }), /should be "second trace address"/);
    assert.throws(() => decodeBlock({ ...item, sk: 'days' }), /should begin with its last time/);
  });

  it('holds 19 timestamps and more in a write unit', () => {
    assert.equal(writeUnits(encodeBlock(blockOf(1))), 1);
    assert.equal(writeUnits(encodeBlock(blockOf(20))), 2, 'what the 20th adds begins the second kilobyte');
    assert.ok(256 / writeUnits(encodeBlock(blockOf(256))) >= 19);
  });

  it('stays below the 400 KB of an item, and its span within an id', () => {
    const longest = {
      traceId: `1-00000000-${'f'.repeat(24)}`,
      clientAddress: 'f'.repeat(45),
      protocol: 'https',
    } as const;
    const block = blockOf(BLOCK_LIMITS.timestamps);
    const largest = { ...block, arrivals: block.arrivals.map((arrival) => ({ ...arrival, ...longest })) };
    assert.ok(writeUnits(encodeBlock(largest)) < 400);
    assert.ok(BLOCK_LIMITS.spanMicros <= MAX_SPAN_MICROS);
  });
});
