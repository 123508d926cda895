import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Block } from '../../../server/timestamps/block.ts';
import { addressText } from '../../../server/timestamps/id.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { createRecordIds, type IdKey } from '../../../server/timestamps/record-ids.ts';
import { blockStartingAt } from '../support/arbitraries.ts';

const START = microsFromIso('2026-11-21T07:45:00Z') as number;
const HOUR = 3_600_000_000;
const KEY: IdKey = { from: 0, key: 'the-first-key-of-this-stage-with-enough-bits' };
const LATER_KEY: IdKey = { from: START + HOUR, key: 'the-second-key-of-this-stage-with-enough-bits' };

const anyBlock = blockStartingAt(START);
const idsOf = (block: Block, ...keys: IdKey[]) =>
  createRecordIds(() => keys)
    .recordsOf(block)
    .map(({ id }) => id);
const tag = (id: string) => id.slice(addressText(id).length);

describe('the tag of an id', () => {
  it('differs between the records of a block, between blocks, and between keys', () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        const next = { ...block, sequence: block.sequence + 1 };
        const ids = [...idsOf(block, KEY), ...idsOf(next, KEY), ...idsOf(block, { ...LATER_KEY, from: 0 })];
        assert.equal(new Set(ids.map(tag)).size, ids.length);
      }),
    );
  });

  it('is the same for every instance with the key', () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        assert.deepEqual(idsOf(block, KEY), idsOf(structuredClone(block), { ...KEY }));
      }),
    );
  });

  it('has 70 bits, each of which depends on the key', () => {
    const [arrival] = fc.sample(anyBlock, { numRuns: 1, seed: 1 })[0]?.arrivals ?? [];
    assert.ok(arrival);
    const seen = Array.from({ length: 14 }, () => new Set<string>());
    for (let sequence = 0; sequence < 2_000; sequence++) {
      const block = { shard: 0, writer: 'k3f9a2v0', sequence, instance: 'i-1', arrivals: [arrival] };
      for (const [place, character] of [...tag(idsOf(block, KEY)[0] as string)].entries()) seen[place]?.add(character);
    }
    assert.deepEqual(
      seen.map(({ size }) => size),
      Array(14).fill(32),
    );
  });
});

describe('finding a record by its id', () => {
  it('finds every record of the block', () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        const ids = createRecordIds(() => [KEY]);
        for (const record of ids.recordsOf(block)) assert.deepEqual(ids.find(block, record.id), record);
      }),
    );
  });

  it('finds nothing if one character of the tag is wrong, or the tag is that of another record', () => {
    fc.assert(
      fc.property(anyBlock, fc.nat({ max: 13 }), (block, place) => {
        const ids = createRecordIds(() => [KEY]);
        const [first, second] = idsOf(block, KEY) as [string, string | undefined];
        const at = 32 + place;
        const wrong = first.slice(0, at) + (first[at] === 'a' ? 'b' : 'a') + first.slice(at + 1);
        assert.equal(ids.find(block, wrong), undefined);
        if (second) assert.equal(ids.find(block, addressText(second) + tag(first)), undefined);
      }),
    );
  });
});

describe('a later key', () => {
  const at = (micros: number): Block => ({
    shard: 3,
    writer: 'k3f9a2v0',
    sequence: 7,
    instance: 'i-1',
    arrivals: [{ micros, traceId: '1-6920060c-3f5c8a1b9d7e4c6f8a0b2d4e', clientAddress: '::1', protocol: 'https' }],
  });

  it('leaves the ids of earlier blocks as they were', () => {
    assert.deepEqual(idsOf(at(START), KEY, LATER_KEY), idsOf(at(START), KEY));
    assert.deepEqual(idsOf(at(START + HOUR), KEY, LATER_KEY), idsOf(at(START + HOUR), { ...LATER_KEY, from: 0 }));
  });

  it('does not invalidate an id that an instance made without knowing it yet', () => {
    const late = at(START + 2 * HOUR);
    const [id = ''] = idsOf(late, KEY);
    assert.equal(createRecordIds(() => [KEY, LATER_KEY]).find(late, id)?.micros, START + 2 * HOUR);
  });
});
