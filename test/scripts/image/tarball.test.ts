import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { packTarball } from '../../../scripts/image/tarball.ts';

async function temporaryDirectory(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stampede-tarball-'));
  context.after(() => rm(directory, { recursive: true }));
  return directory;
}

describe('a tarball', () => {
  it('holds the whole directory, under the checksum that is told', async (context) => {
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
    await assert.rejects(packTarball(join(directory, 'none'), join(directory, 'out')), /none exited with \d/);
  });
});
