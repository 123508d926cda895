import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commandText } from '../../../scripts/cli/run.ts';
import { bakeVariables, imageName, packerCommand } from '../../../scripts/image/packer-command.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const BAKE = {
  imageName: 'stampede-1.0.0',
  commit: COMMIT,
  architecture: 'arm64',
  payload: { path: 'payload.tar.gz', sha256: 'cafe', version: '1.0.0', nodeVersion: '26.10.0' },
  factsDirectory: 'bakes/stampede-1.0.0',
  databasePort: 18_000,
} as const;

describe('the packer command', () => {
  it('bakes one source with all that must be told', () => {
    assert.equal(
      commandText(packerCommand('build', 'amazon-ebs.aws', bakeVariables(BAKE), '.')),
      "packer build '-only=*.amazon-ebs.aws' -color=false -var image_name=stampede-1.0.0 -var app_version=1.0.0 " +
        `-var commit=${COMMIT} -var node_version=26.10.0 -var architecture=arm64 -var payload=payload.tar.gz ` +
        '-var payload_sha256=cafe -var facts_dir=bakes/stampede-1.0.0 -var database_port=18000 .',
    );
  });
});

describe('the name of an image', () => {
  it('tells version, architecture, commit and time', () => {
    const now = new Date('2026-11-21T07:45:06.789Z');
    assert.equal(imageName('1.0.0', 'arm64', COMMIT, now), 'stampede-1.0.0-arm64-0123456789ab-20261121T074506');
  });
});
