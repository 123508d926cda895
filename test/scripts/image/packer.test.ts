import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { commandText } from '../../../scripts/cli/run.ts';
import { bakedImageId, bakeVariables, imageName, packerCommand } from '../../../scripts/image/packer.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const BAKE = {
  imageName: 'stampede-1.0.0',
  commit: COMMIT,
  architecture: 'arm64',
  payload: { path: 'payload.tar.gz', sha256: 'cafe', version: '1.0.0', nodeVersion: '26.10.0' },
  factsDirectory: 'bakes/stampede-1.0.0',
} as const;

describe('the packer command', () => {
  it('bakes one source with all variables', () => {
    assert.equal(
      commandText(packerCommand('build', 'amazon-ebs.aws', bakeVariables(BAKE), '.')),
      "packer build '-only=*.amazon-ebs.aws' -color=false -var image_name=stampede-1.0.0 -var app_version=1.0.0 " +
        `-var commit=${COMMIT} -var node_version=26.10.0 -var architecture=arm64 -var payload=payload.tar.gz ` +
        '-var payload_sha256=cafe -var facts_dir=bakes/stampede-1.0.0 -var database_port=18000 .',
    );
  });
});

describe('the name of an image', () => {
  it('contains version, architecture, commit and time', () => {
    const now = new Date('2026-11-21T07:45:06.789Z');
    assert.equal(imageName('1.0.0', 'arm64', COMMIT, now), 'stampede-1.0.0-arm64-0123456789ab-20261121T074506');
  });
});

const build = (run: string, image: string, artifact: string) => ({
  packer_run_uuid: run,
  artifact_id: artifact,
  custom_data: { image_name: image },
});
const MANIFEST = {
  last_run_uuid: 'run-2',
  builds: [build('run-1', 'image-1', 'eu-west-1:ami-1'), build('run-2', 'image-2', 'us-east-1:ami-3,eu-west-1:ami-2')],
};

describe("Packer's manifest", async () => {
  const directory = await mkdtemp(join(tmpdir(), 'stampede-manifest-'));
  after(() => rm(directory, { recursive: true }));
  const file = join(directory, 'manifest.json');
  const idIn = async (manifest: unknown, imageName: string, region: string) => {
    await writeFile(file, JSON.stringify(manifest));
    return await bakedImageId(imageName, region, file);
  };

  it('contains the image of the last run in the region', async () => {
    assert.equal(await idIn(MANIFEST, 'image-2', 'eu-west-1'), 'ami-2');
  });

  it('is refused when it is of another bake', async () => {
    await assert.rejects(idIn(MANIFEST, 'image-3', 'eu-west-1'), /is of image-2, expected image-3/);
  });

  it('is refused when nothing was made in the region', async () => {
    await assert.rejects(idIn(MANIFEST, 'image-2', 'eu-north-1'), /none of it in eu-north-1/);
  });

  it('is refused when it is not as Packer writes it', async () => {
    await assert.rejects(
      idIn({ ...MANIFEST, last_run_uuid: 2 }, 'image-2', 'eu-west-1'),
      /manifest\.json is not as expected: .* expected string, received number.*\n.*at last_run_uuid/,
    );
  });
});
