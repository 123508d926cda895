import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { ownArchitecture, parseArchitecture } from '../../../scripts/image/architecture.ts';
import { requireClean } from '../../../scripts/image/commit.ts';
import { requireIntegrity } from '../../../scripts/image/node-binary.ts';

describe('the payload', () => {
  const tarball = Buffer.from('node');
  const checksum = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;

  it('takes a tarball that has the locked checksum', () => {
    assert.doesNotThrow(() => requireIntegrity(tarball, checksum, 'node@26'));
  });

  it('refuses any other, and one without a locked checksum', () => {
    assert.throws(() => requireIntegrity(Buffer.from('evil'), checksum, 'node@26'), /node@26 has checksum/);
    assert.throws(() => requireIntegrity(tarball, undefined, 'node@26'), /expected undefined of package-lock.json/);
  });

  it('is not made of a commit with changes beside it', () => {
    assert.throws(
      () => requireClean({ commit: 'a'.repeat(40), changes: [' M x.ts'] }),
      /differs from a{12} in 1 file.*'M x.ts'/,
    );
    assert.doesNotThrow(() => requireClean({ commit: 'a'.repeat(40), changes: [] }));
  });
});

describe('the architecture', () => {
  it('is named as Debian names it', () => {
    assert.equal(ownArchitecture('x64'), 'amd64');
    assert.equal(ownArchitecture('arm64'), 'arm64');
  });

  it('is refused when there is no Node for it', () => {
    assert.throws(() => parseArchitecture('riscv64'), /'riscv64': expected arm64 or amd64/);
  });
});
