import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Image } from '../../../scripts/aws/ec2-images.ts';
import { requireImage } from '../../../scripts/image/image-tags.ts';

const IMAGE: Image = {
  id: 'ami-00000001',
  name: 'stampede-1.0.0',
  state: 'available',
  createdAt: new Date(0),
  architecture: 'arm64',
  tags: { Service: 'stampede', Commit: 'a'.repeat(40), Architecture: 'arm64' },
};

describe('checking an image', () => {
  it('accepts an image as expected', () => {
    assert.doesNotThrow(() => requireImage(IMAGE, 'a'.repeat(40), 'arm64'));
  });

  it('refuses an image of another commit', () => {
    assert.throws(() => requireImage(IMAGE, 'b'.repeat(40)), /tag Commit is a{40}, expected b{40}/);
  });

  it('refuses an image of another architecture', () => {
    assert.throws(() => requireImage(IMAGE, undefined, 'amd64'), /architecture is arm64, expected x86_64/);
  });

  it('refuses an image that is not ready or of another service', () => {
    const foreign = { ...IMAGE, state: 'pending', tags: {} };
    assert.throws(() => requireImage(foreign), /state is pending, expected available; tag Service is missing/);
  });
});
