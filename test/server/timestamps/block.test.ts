import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { itemBytes as countedBytes, type Item } from '../../../scripts/bench/backends/item-size.ts';
import { toItem } from '../../../server/dynamodb/timestamps.ts';
import {
  BLOCK_LIMITS,
  type Block,
  decodeBlock,
  emptyBlockBytes,
  encodeBlock,
  itemBytes,
  lineBytes,
  writeUnits,
} from '../../../server/timestamps/block.ts';
import { MAX_SPAN_MICROS } from '../../../server/timestamps/id.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { blockStartingAt } from '../support/arbitraries.ts';
import { recordsOf } from '../support/record-ids.ts';

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
  it('is an item that is readable in the console', () => {
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

  it('says once how large the error of its timestamps is, if that is known', () => {
    assert.equal(encodeBlock({ ...blockOf(2), errorMicros: 362 }).errorMicros, 362);
    assert.ok(!('errorMicros' in encodeBlock(blockOf(2))));
    const [first, second] = recordsOf({ ...blockOf(2), errorMicros: 362 });
    assert.deepEqual([first?.errorMicros, second?.errorMicros], [362, 362]);
  });

  it('can span the end of an hour, and marks requests that were not HTTPS', () => {
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

  it('is the same after encoding and decoding', () => {
    fc.assert(fc.property(anyBlock, (block) => assert.deepEqual(decodeBlock(encodeBlock(block)), block)));
  });

  it('has records with unique and ordered ids', () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        const ids = recordsOf(block).map(({ id }) => id);
        assert.equal(new Set(ids).size, block.arrivals.length);
        assert.deepEqual(ids, ids.toSorted());
      }),
    );
  });

  it('is refused if a line is damaged', () => {
    const item = encodeBlock(blockOf(2));
    assert.throws(() => decodeBlock({ ...item, lines: 'half a line' }), /should be "second trace address"/);
    assert.throws(() => decodeBlock({ ...item, sk: 'days' }), /should begin with its last time/);
  });

  it('has the size of an empty block and of its lines', () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        const lines = block.arrivals.map(lineBytes).reduce((sum, bytes) => sum + bytes, 0);
        assert.equal(emptyBlockBytes(block) + lines, itemBytes(encodeBlock(block)));
      }),
    );
  });

  it('has at least the size that DynamoDB counts, with its region and its error, and hardly more', () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        const item = encodeBlock(block);
        const counted = countedBytes(toItem(item) as unknown as Item);
        assert.ok(itemBytes(item) >= counted && itemBytes(item) <= counted + 10, `${itemBytes(item)} of ${counted}`);
      }),
    );
  });

  it('stores at least 19 timestamps per write unit', () => {
    assert.equal(writeUnits(encodeBlock(blockOf(1))), 1);
    assert.equal(writeUnits(encodeBlock(blockOf(20))), 2, 'what the 20th adds begins the second kilobyte');
    for (const known of [{}, { errorMicros: 362 }, { errorMicros: 362, region: 'ap-southeast-2' }]) {
      const block = { ...blockOf(256), ...known };
      assert.ok(256 / writeUnits(encodeBlock(block)) >= 19);
    }
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
