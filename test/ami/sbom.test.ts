import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withDebianPackages } from '../../ami/facts/sbom.ts';

const NPM = { bomFormat: 'CycloneDX', specVersion: '1.5', components: [] };

describe('the bill of materials', () => {
  it('lists Debian packages and npm packages', () => {
    const bom = withDebianPackages(NPM, 'openssl\t3.0.17-1~deb12u2\tarm64\n');
    const purl = 'pkg:deb/debian/openssl@3.0.17-1~deb12u2?arch=arm64';
    assert.deepEqual(bom, {
      ...NPM,
      components: [{ type: 'library', name: 'openssl', version: '3.0.17-1~deb12u2', purl, 'bom-ref': purl }],
    });
  });

  it('encodes special characters in Debian versions', () => {
    const [component] = withDebianPackages(NPM, 'a\t1:2+b\tall\n').components;
    assert.equal(component?.purl, 'pkg:deb/debian/a@1%3A2%2Bb?arch=all');
  });

  it('refuses a line that is not a package', () => {
    assert.throws(() => withDebianPackages(NPM, 'openssl 3'), /package line 'openssl 3': expected name, version/);
  });
});
