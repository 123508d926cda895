import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ownArchitecture } from '../../../scripts/image/architecture.ts';
import { requireClean } from '../../../scripts/image/checkout.ts';
import { packTarball, requireIntegrity } from '../../../scripts/image/payload.ts';

describe('the payload', () => {
  const tarball = Buffer.from('node');
  const checksum = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;

  it('accepts a tarball that has the locked checksum', () => {
    assert.doesNotThrow(() => requireIntegrity(tarball, checksum, 'node@26'));
  });

  it('refuses any other, and one without a locked checksum', () => {
    assert.throws(() => requireIntegrity(Buffer.from('evil'), checksum, 'node@26'), /node@26 has checksum/);
    assert.throws(() => requireIntegrity(tarball, undefined, 'node@26'), /expected undefined of package-lock.json/);
  });

  it('is not made from a working tree with changes', () => {
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
    assert.throws(() => ownArchitecture('riscv64'), /'riscv64': expected arm64 or amd64/);
  });
});

async function temporaryDirectory(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stampede-tarball-'));
  context.after(() => rm(directory, { recursive: true }));
  return directory;
}

describe('a tarball', () => {
  it('contains the directory and has the returned checksum', async (context) => {
    const directory = await temporaryDirectory(context);
    await mkdir(join(directory, 'in/bin'), { recursive: true });
    await writeFile(join(directory, 'in/bin/tool'), 'x'.repeat(100_000), { mode: 0o755 });
    const tarball = join(directory, 'out.tar.gz');
    const sha256 = await packTarball(join(directory, 'in'), tarball);
    assert.equal(sha256, execFileSync('sha256sum', [tarball], { encoding: 'utf8' }).split(' ')[0]);
    assert.match(
      execFileSync('tar', ['-tvzf', tarball], { encoding: 'utf8' }),
      /-rwxr-xr-x .* 100000 .* \.\/bin\/tool\n/,
    );
  });

  it('is refused when tar cannot read the directory', async (context) => {
    const directory = await temporaryDirectory(context);
    await assert.rejects(packTarball(join(directory, 'none'), join(directory, 'out')), /none .* failed: tar: /);
  });
});
