import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareBakes } from '../../../scripts/image/bake-facts.ts';

const bake = (nodeVersion: string, ...purls: string[]) => ({
  image: { name: Math.random(), bakedAt: Math.random(), nodeVersion },
  purls,
});

describe('the difference between two bakes', () => {
  it('ignores the name and time of a bake', () => {
    assert.deepEqual(compareBakes(bake('26.10.0', 'pkg:npm/a@1'), bake('26.10.0', 'pkg:npm/a@1')), []);
  });

  it('lists facts and packages that were changed, added or removed', () => {
    const before = bake('26.9.0', 'pkg:deb/debian/openssl@3.0.1%2Bdeb12u1?arch=arm64', 'pkg:npm/old@1.0.0');
    const after = bake('26.10.0', 'pkg:deb/debian/openssl@3.0.2%2Bdeb12u1?arch=arm64', 'pkg:npm/%40scope/new@2.0.0');
    assert.deepEqual(compareBakes(before, after), [
      { what: 'nodeVersion', before: '26.9.0', after: '26.10.0' },
      { what: 'deb/debian/openssl', before: '3.0.1+deb12u1', after: '3.0.2+deb12u1' },
      { what: 'npm/@scope/new', before: undefined, after: '2.0.0' },
      { what: 'npm/old', before: '1.0.0', after: undefined },
    ]);
  });

  it('compares several versions of one package', () => {
    const before = bake('26', 'pkg:npm/a@1.0.0', 'pkg:npm/a@2.0.0');
    assert.deepEqual(compareBakes(before, bake('26', 'pkg:npm/a@2.0.0', 'pkg:npm/a@3.0.0')), [
      { what: 'npm/a', before: '1.0.0, 2.0.0', after: '2.0.0, 3.0.0' },
    ]);
  });
});
