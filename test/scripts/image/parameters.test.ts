import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Image } from '../../../scripts/aws/ec2.ts';
import {
  checkImage,
  moveCurrent,
  namesOfCommits,
  type Pointers,
  publishChanges,
  usesByPointers,
} from '../../../scripts/image/parameters.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** The pointers after changes, as SSM would have them. */
function after(pointers: Pointers, changes: readonly { name: string; to: string }[]): Pointers {
  const entries = changes.map(({ name, to }) => [name.slice(name.lastIndexOf('/') + 1), to]);
  return { ...pointers, ...Object.fromEntries(entries) };
}

describe('publishing a bake', () => {
  it('names the image by its commit and makes it the candidate', () => {
    assert.deepEqual(publishChanges({ candidate: 'ami-1' }, COMMIT, 'ami-2'), [
      { name: `/stampede/ami/${COMMIT}`, from: undefined, to: 'ami-2' },
      { name: '/stampede/ami/candidate', from: 'ami-1', to: 'ami-2' },
    ]);
  });
});

describe('moving current', () => {
  it('keeps the image before it as previous', () => {
    assert.deepEqual(moveCurrent({ current: 'ami-1', previous: 'ami-0' }, 'ami-2'), [
      { name: '/stampede/ami/previous', from: 'ami-0', to: 'ami-1' },
      { name: '/stampede/ami/current', from: 'ami-1', to: 'ami-2' },
    ]);
  });

  it('sets no previous the first time', () => {
    assert.deepEqual(moveCurrent({}, 'ami-1'), [{ name: '/stampede/ami/current', from: undefined, to: 'ami-1' }]);
  });

  it('changes nothing when current is that image already', () =>
    assert.deepEqual(moveCurrent({ current: 'ami-1' }, 'ami-1'), []));

  it('is undone by moving back to previous', () => {
    const id = fc.constantFrom('ami-1', 'ami-2', 'ami-3');
    fc.assert(
      fc.property(fc.record({ current: id, previous: id }), id, (pointers, target) => {
        const moved = after(pointers, moveCurrent(pointers, target));
        const back = after(moved, moveCurrent(moved, moved.previous ?? ''));
        if (target !== pointers.current) assert.equal(back.current, pointers.current);
      }),
    );
  });
});

describe('parameters', () => {
  const parameters = new Map([
    ['/stampede/ami/current', 'ami-2'],
    ['/stampede/ami/release-1.0', 'ami-1'],
    [`/stampede/ami/${COMMIT}`, 'ami-2'],
  ]);

  it('use the images they point to, except those named by a commit', () => {
    assert.deepEqual(usesByPointers(parameters), [
      { imageId: 'ami-2', by: 'parameter /stampede/ami/current' },
      { imageId: 'ami-1', by: 'parameter /stampede/ami/release-1.0' },
    ]);
  });

  it('named by a commit are found by their image', () => {
    assert.deepEqual(namesOfCommits(parameters, 'ami-2'), [`/stampede/ami/${COMMIT}`]);
    assert.deepEqual(namesOfCommits(parameters, 'ami-1'), []);
  });
});

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
    assert.doesNotThrow(() => checkImage(IMAGE, 'a'.repeat(40), 'arm64'));
  });

  it('refuses an image of another commit', () => {
    assert.throws(() => checkImage(IMAGE, 'b'.repeat(40)), /tag Commit is a{40}, expected b{40}/);
  });

  it('refuses an image of another architecture', () => {
    assert.throws(() => checkImage(IMAGE, undefined, 'amd64'), /architecture is arm64, expected x86_64/);
  });

  it('refuses an image that is not ready or of another service', () => {
    const foreign = { ...IMAGE, state: 'pending', tags: {} };
    assert.throws(() => checkImage(foreign), /state is pending, expected available; tag Service is missing/);
  });
});
