import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { itemBytes, writeUnits } from '../../../scripts/bench/backends/item-size.ts';

describe('itemBytes', () => {
  it('counts names and values as UTF-8', () => {
    assert.equal(itemBytes({ pk: { S: 'abc' }, name: { S: 'é' } }), 2 + 3 + 4 + 2);
  });

  it('counts a number as a byte for two digits and one more', () => {
    assert.equal(itemBytes({ n: { N: '123' } }), 1 + 3);
    assert.equal(itemBytes({ n: { N: '-1234' } }), 1 + 3);
  });

  it('rejects a type that it cannot count', () => {
    assert.throws(() => itemBytes({ list: { L: [] } }), /type L cannot be measured/);
  });
});

describe('writeUnits', () => {
  it('rounds up to kilobytes, at least one', () => {
    assert.deepEqual([0, 1, 1024, 1025, 4096].map(writeUnits), [1, 1, 1, 2, 4]);
  });
});
