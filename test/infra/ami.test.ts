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
  it('is the one of the last run of Packer in the region', () => {
    assert.deepEqual(bakedAmi(manifest(OLD, NEW), 'eu-west-1'), {
      id: 'ami-00000000000000003',
      builtAt: 1_795_219_200,
    });
  });

  it('is refused when the last run made none in the region', () => {
    assert.throws(
      () => bakedAmi(manifest(OLD, NEW), 'us-east-1'),
      /no image in us-east-1, only: eu-central-1:ami-.*packer build/,
    );
  });

  it('is refused when the last run made none at all, although an older one did', () => {
    assert.throws(() => bakedAmi(manifest(OLD), 'eu-west-1'), /only: none/);
  });

  it('is refused when the manifest is not one', () => {
    assert.throws(() => bakedAmi('{', 'eu-west-1'), /manifest is not JSON/);
    assert.throws(() => bakedAmi('{}', 'eu-west-1'), /no last_run_uuid/);
  });

  it('may be given by hand, with the time of its bake', () => {
    assert.deepEqual(givenAmi('ami-0123456789abcdef0', '2026-11-21T00:00:00Z'), {
      id: 'ami-0123456789abcdef0',
      builtAt: 1_795_219_200,
    });
    assert.throws(() => givenAmi('latest'), /Image id is "latest", expected ami-/);
    assert.throws(() => givenAmi('ami-0123456789abcdef0', 'yesterday'), /amiBuiltAt is "yesterday"/);
  });
});
