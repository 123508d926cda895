import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { deadKey, deadLetterText, objectText, readObject, spillKey } from '../../../server/spill/object.ts';
import { type Block, encodeBlock } from '../../../server/timestamps/block.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { blockStartingAt } from '../support/arbitraries.ts';

const block: Block = {
  shard: 7,
  writer: 'k3f9a2v0',
  sequence: 42,
  instance: 'i-1',
  arrivals: ['2026-11-21T07:45:00.123456Z', '2026-11-21T07:45:00.123457Z'].map((time) => ({
    micros: microsFromIso(time) as number,
    traceId: '1-69200b2c-3f5c8a1b9d7e4c6f8a0b2d4e',
    clientAddress: '203.0.113.7',
    protocol: 'https',
  })),
};
const item = encodeBlock(block);
const key = 'spill/2026-11-21/07/2026-11-21T074500.123457Z_k3f9a2v0_000001a.json';

describe('a spilled block', () => {
  it('has a key with the parts of its key in the table, without characters that need an escape', () => {
    assert.equal(spillKey(item), key);
    assert.match(key, /^[\w./-]+$/);
    assert.equal(deadKey(key), key.replace('spill/', 'dead/'));
  });

  it('is JSON with a line per timestamp', () => {
    assert.deepEqual(JSON.parse(objectText(item)), { ...item, lines: item.lines.split('\n') });
    assert.ok(objectText(item).includes('\n  "lines": [\n    "'));
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 2e15 }).chain((first) => blockStartingAt(first)),
        (any) => {
          const written = encodeBlock(any);
          assert.deepEqual(readObject(spillKey(written), objectText(written)), written);
        },
      ),
    );
  });

  it('is read again from a dead letter that was moved back', () => {
    const letter = deadLetterText(objectText(item), 'ValidationException: too large', 20);
    assert.deepEqual(JSON.parse(letter), {
      reason: 'ValidationException: too large',
      refusals: 20,
      ...JSON.parse(objectText(item)),
    });
    assert.deepEqual(readObject(key, letter), item);
  });

  it('is refused if the text is cut, is that of another block, or has lost a line', () => {
    const lost = JSON.stringify({ ...item, lines: item.lines.split('\n').slice(1) });
    for (const text of ['', objectText(item).slice(0, -9), lost])
      assert.throws(() => readObject(key, text), { name: 'InvalidObjectError' });
    assert.throws(() => readObject(key.replace('/07/', '/08/'), objectText(item)), { name: 'InvalidObjectError' });
  });

  it('keeps a text that is not JSON in its dead letter', () => {
    assert.deepEqual(JSON.parse(deadLetterText('<html>', 'not a block', 20)), {
      reason: 'not a block',
      refusals: 20,
      text: '<html>',
    });
  });
});
