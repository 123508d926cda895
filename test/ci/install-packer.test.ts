import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { execa } from 'execa';
import { missing } from '../support/missing.ts';

const ARCHIVE = 'the archive';
const SOURCE_SUM = 'h1:c291cmNl=';

/** Stand-ins that note their command lines. `curl` saves the archive, `unzip` unpacks a Packer that is a stand-in, too. */
const PROGRAMS = {
  curl: `while [ "$1" != --output ]; do shift; done; printf '${ARCHIVE}' >"$2"`,
  unzip: 'cp "$(command -v packer)" "$6/packer"',
  packer: ':',
  go: `[ "$1" != mod ] || printf '{\\n\\t"Path": "a",\\n\\t"Sum": "${SOURCE_SUM}",\\n\\t"GoModSum": "h1:x="\\n}\\n'`,
};

/** Runs the script in a copy of what it reads, with the checksums of `versions.sh` replaced. */
async function install(sums: { archive: string; source: string }) {
  const root = await mkdtemp(join(tmpdir(), 'stampede-packer-'));
  try {
    const [bin, log] = [join(root, 'bin'), join(root, 'log')];
    for (const folder of ['.ci', 'ami', 'bin']) await mkdir(join(root, folder));
    await cp('.ci/install-packer', join(root, '.ci/install-packer'));
    const versions = (await readFile('ami/versions.sh', 'utf8'))
      .replace(/(?<=^PACKER_SHA256_LINUX_AMD64=).*/m, sums.archive)
      .replace(/(?<=^PACKER_AMAZON_SUM=).*/m, sums.source);
    await writeFile(join(root, 'ami/versions.sh'), versions);
    for (const [name, body] of Object.entries(PROGRAMS)) {
      await writeFile(join(bin, name), `#!/bin/sh\necho "${name} $*" >>"${log}"\n${body}\n`);
      await chmod(join(bin, name), 0o755);
    }
    const env = { PATH: `${bin}:${process.env['PATH']}` };
    const { exitCode, stderr } = await execa(join(root, '.ci/install-packer'), [join(root, 'to')], {
      env,
      reject: false,
    });
    return { exitCode, stderr, started: await readFile(log, 'utf8') };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const right = { archive: hash('sha256', ARCHIVE), source: SOURCE_SUM };

describe('.ci/install-packer', { skip: missing('sha256sum', '--version') }, () => {
  it('installs what the checksums in ami/versions.sh describe', async () => {
    const { exitCode, stderr, started } = await install(right);
    assert.equal(exitCode, 0, stderr);
    assert.match(
      started,
      /^curl .*https:\/\/releases\.hashicorp\.com\/packer\/[\d.]+\/packer_[\d.]+_linux_amd64\.zip$/m,
    );
    assert.match(started, /^packer plugins install --path .* github\.com\/hashicorp\/amazon$/m);
  });

  it('refuses another archive, and does not unpack it', async () => {
    const { exitCode, stderr, started } = await install({ ...right, archive: '0'.repeat(64) });
    assert.equal(exitCode, 1);
    assert.match(stderr, /packer_.*\.zip has checksum [0-9a-f]{64}, which is not the one in ami\/versions\.sh/);
    assert.doesNotMatch(started, /unzip|packer plugins/);
  });

  it('refuses another source of the plugin, and does not build it', async () => {
    const { exitCode, stderr, started } = await install({ ...right, source: 'h1:b3RoZXI=' });
    assert.equal(exitCode, 1);
    assert.match(stderr, /packer-plugin-amazon@v[\d.]+ has checksum h1:c291cmNl=, which is not/);
    assert.doesNotMatch(started, /go install|packer plugins/);
  });
});

describe('the plugins of Packer', () => {
  it('have the exact version whose checksum is pinned', async () => {
    const versions = await readFile('ami/versions.sh', 'utf8');
    const pinned = /^PACKER_AMAZON_VERSION=(.+)$/m.exec(versions)?.[1];
    assert.ok(pinned);
    const constraints = (await readFile('plugins.pkr.hcl', 'utf8')).match(/version\s*=\s*"([^"]*)"/g);
    assert.deepEqual(constraints, [`version = "= ${pinned}"`]);
  });
});
