import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseInstance } from '../../../scripts/stage/fleet.ts';
import { exampleInstance } from './example-instance.ts';

const one = exampleInstance({ id: 'i-0a1111111111111aa', zone: 'eu-west-1a', privateIp: '10.20.1.10' });
const two = exampleInstance({ id: 'i-0b2222222222222bb', zone: 'eu-west-1b', privateIp: '10.20.2.20' });
const three = exampleInstance({ id: 'i-0c33333333333a1bb', zone: 'eu-west-1b', privateIp: '10.20.2.21' });
const fleet = [one, two, three];

describe('chooseInstance', () => {
  it('finds an instance by id, ending of an id, private address, or zone', () => {
    for (const word of [one.id, '11aa', '10.20.1.10', 'eu-west-1a', '1a'])
      assert.equal(chooseInstance(word, fleet), one);
    assert.equal(chooseInstance('a1bb', fleet), three);
  });

  it('lists the fleet when none fits', () => {
    assert.throws(
      () => chooseInstance('1c', fleet),
      /no instance is '1c'\. There are: i-0a1111111111111aa {2}eu-west-1a {2}10\.20\.1\.10; i-0b/,
    );
  });

  it('lists the candidates when several fit', () => {
    assert.throws(
      () => chooseInstance('1b', fleet),
      /'1b' fits 2 instances: i-0b2222222222222bb {2}eu-west-1b {2}10\.20\.2\.20; i-0c33333333333a1bb [^;]*$/,
    );
  });

  it('says that the fleet is empty', () => {
    assert.throws(() => chooseInstance('1b', []), /the fleet has no instance: see npm run status/);
  });
});
