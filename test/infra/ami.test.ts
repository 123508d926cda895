import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bakedAmi, givenAmi } from '../../infra/ami.ts';

const OLD = { packer_run_uuid: 'old', artifact_id: 'eu-west-1:ami-00000000000000001', build_time: 1 };
const NEW = {
  packer_run_uuid: 'new',
  artifact_id: 'eu-central-1:ami-00000000000000002,eu-west-1:ami-00000000000000003',
  build_time: 1_795_219_200,
};
const manifest = (...builds: unknown[]): string => JSON.stringify({ builds, last_run_uuid: 'new' });

describe('the image', () => {
  it('is the one that the last Packer run created in the region', () => {
    assert.deepEqual(bakedAmi(manifest(OLD, NEW), 'eu-west-1'), {
      id: 'ami-00000000000000003',
      builtAt: 1_795_219_200,
    });
  });

  it('is refused if the last run created none in the region', () => {
    assert.throws(
      () => bakedAmi(manifest(OLD, NEW), 'us-east-1'),
      /no image in us-east-1, only: eu-central-1:ami-.*npm run bake/,
    );
  });

  it('is refused if the last run created none, although an older run did', () => {
    assert.throws(() => bakedAmi(manifest(OLD), 'eu-west-1'), /only: none/);
  });

  it('is refused if the manifest is not valid', () => {
    assert.throws(() => bakedAmi('{', 'eu-west-1'), /manifest is not JSON/);
    assert.throws(() => bakedAmi('{}', 'eu-west-1'), /no last_run_uuid/);
  });

  it('can be set on the command line, with the time of its bake', () => {
    assert.deepEqual(givenAmi('ami-0123456789abcdef0', '2026-11-21T00:00:00Z'), {
      id: 'ami-0123456789abcdef0',
      builtAt: 1_795_219_200,
    });
    assert.throws(() => givenAmi('latest'), /Image id is "latest", expected ami-/);
    assert.throws(() => givenAmi('ami-0123456789abcdef0', 'yesterday'), /amiBuiltAt is "yesterday"/);
  });
});
