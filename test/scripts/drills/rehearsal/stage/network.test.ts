import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressIn } from '../../../../../scripts/drills/rehearsal/stage/network.ts';

describe('addressIn', () => {
  it('counts within a network, across bytes', () => {
    assert.equal(addressIn('10.20.16.0/20', 10), '10.20.16.10');
    assert.equal(addressIn('10.20.16.0/20', 300), '10.20.17.44');
  });

  it('rejects a number outside the network', () => {
    assert.throws(() => addressIn('10.20.0.0/24', 256), /10\.20\.0\.0\/24 has no address number 256/);
  });
});
