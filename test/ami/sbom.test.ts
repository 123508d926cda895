import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { withDebianPackages } from '../../ami/facts/sbom.ts';
import { readJson } from '../../scripts/cli/read-json.ts';
import { closureOf, LOCK_FILE } from '../../scripts/image/lock-file.ts';
import { npmSbom } from '../../scripts/image/npm-sbom.ts';

const NPM = { bomFormat: 'CycloneDX', specVersion: '1.5', components: [] };

describe('the bill of materials', () => {
  it('lists Debian packages and npm packages', () => {
    const bom = withDebianPackages(NPM, 'openssl\t3.0.17-1~deb12u2\tarm64\n', '12.12');
    const purl = 'pkg:deb/debian/openssl@3.0.17-1~deb12u2?arch=arm64&distro=debian-12';
    assert.deepEqual(bom, {
      ...NPM,
      components: [{ type: 'library', name: 'openssl', version: '3.0.17-1~deb12u2', purl, 'bom-ref': purl }],
    });
  });

  it('encodes special characters in Debian versions', () => {
    const [component] = withDebianPackages(NPM, 'a\t1:2+b\tall\n', '12.12').components;
    assert.equal(component?.purl, 'pkg:deb/debian/a@1%3A2%2Bb?arch=all&distro=debian-12');
  });

  it('refuses a line that is not a package', () => {
    assert.throws(
      () => withDebianPackages(NPM, 'openssl 3', '12.12'),
      /package line 'openssl 3': expected name, version/,
    );
  });
});

describe('the bill of materials of this repository', async () => {
  const lock = await readJson('package-lock.json', LOCK_FILE);
  const bom = withDebianPackages(await npmSbom(lock), 'libstdc++6\t12.2.0-14+deb12u1\tarm64\n', '12.12');
  const listed = new Set(bom.components.map(({ purl }) => purl));

  it('follows the schema of CycloneDX 1.5', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot5);
    assert.equal(await validator.validate(JSON.stringify(bom)), null);
  });

  it('contains every package that the image gets from the lock file', () => {
    const folders = ['pm2', 'express', '@aws-sdk/client-dynamodb'].flatMap((name) => closureOf(lock, name));
    assert.ok(folders.length > 100);
    const missing = folders.filter((folder) => {
      const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return !listed.has(`pkg:npm/${name.replace('@', '%40')}@${lock.packages[folder]?.version}`);
    });
    assert.deepEqual(missing, []);
  });

  it('contains no package for development', () => {
    assert.deepEqual(
      [...listed].filter((purl) => /\/(typescript|aws-cdk-lib|dynalite)@/.test(purl)),
      [],
    );
  });
});
