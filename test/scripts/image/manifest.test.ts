import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bakedImageId } from '../../../scripts/image/manifest.ts';

const build = (run: string, image: string, artifact: string) => ({
  packer_run_uuid: run,
  artifact_id: artifact,
  custom_data: { image_name: image },
});
const MANIFEST = JSON.stringify({
  last_run_uuid: 'run-2',
  builds: [build('run-1', 'image-1', 'eu-west-1:ami-1'), build('run-2', 'image-2', 'us-east-1:ami-3,eu-west-1:ami-2')],
});

describe("Packer's manifest", () => {
  it('tells the image of the last run in the region', () => {
    assert.equal(bakedImageId(MANIFEST, 'image-2', 'eu-west-1'), 'ami-2');
  });

  it('is refused when it is of another bake', () => {
    assert.throws(() => bakedImageId(MANIFEST, 'image-3', 'eu-west-1'), /is of image-2, expected image-3/);
  });

  it('is refused when nothing was made in the region', () => {
    assert.throws(() => bakedImageId(MANIFEST, 'image-2', 'eu-north-1'), /none of it in eu-north-1/);
  });
});
