import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Image } from '../../../scripts/aws/ec2.ts';
import { type Inventory, planPrune } from '../../../scripts/image/prune-plan.ts';

const NOW = new Date('2026-11-21T12:00:00Z');
const DAY_MS = 86_400_000;

const imageId = fc.integer({ min: 0, max: 30 }).map((n) => `ami-${n.toString(16).padStart(8, '0')}`);
const image = fc.record({
  id: imageId,
  name: fc.string(),
  state: fc.constantFrom('available', 'failed'),
  createdAt: fc.integer({ min: -2, max: 400 }).map((days) => new Date(NOW.getTime() - days * DAY_MS)),
  architecture: fc.constantFrom('arm64', 'x86_64'),
  tags: fc.constant({}),
});
const use = fc.record({ imageId, by: fc.constantFrom('instance i-1', 'launch template lt-1 version 3') });
const inventory = fc.record({
  images: fc.uniqueArray(image, { selector: ({ id }) => id, maxLength: 30 }),
  uses: fc.array(use, { minLength: 1, maxLength: 10 }),
});
const rules = fc.record({ newest: fc.nat(8), youngerThanDays: fc.nat(60) });

const goingOf = (given: Inventory, keep: { newest: number; youngerThanDays: number }) =>
  planPrune(given, keep, NOW)
    .filter(({ keptBecause }) => keptBecause === undefined)
    .map((decision) => decision.image);

const oldImage = (n: number, days: number): Image => ({
  id: `ami-${n.toString(16).padStart(8, '0')}`,
  name: `image-${n}`,
  state: 'available',
  createdAt: new Date(NOW.getTime() - days * DAY_MS),
  architecture: 'arm64',
  tags: {},
});

describe('pruning images', () => {
  it('never deletes an image that something uses', () => {
    fc.assert(
      fc.property(inventory, rules, (given, keep) => {
        const used = new Set(given.uses.map((each) => each.imageId));
        return goingOf(given, keep).every(({ id }) => !used.has(id));
      }),
    );
  });

  it('never deletes an image that is younger than the limit', () => {
    fc.assert(
      fc.property(inventory, rules, (given, keep) =>
        goingOf(given, keep).every(
          ({ createdAt }) => NOW.getTime() - createdAt.getTime() >= keep.youngerThanDays * DAY_MS,
        ),
      ),
    );
  });

  it('keeps the newest of each architecture', () => {
    fc.assert(
      fc.property(inventory, rules, (given, keep) => {
        const going = new Set(goingOf(given, keep));
        for (const architecture of ['arm64', 'x86_64']) {
          const all = given.images.filter((each) => each.architecture === architecture);
          const left = all.filter((each) => !going.has(each));
          assert.ok(left.length >= Math.min(keep.newest, all.length));
          const newestGoing = Math.max(...all.filter((each) => going.has(each)).map(({ createdAt }) => +createdAt));
          const newerLeft = left.filter(({ createdAt }) => +createdAt >= newestGoing);
          if (going.size > 0 && Number.isFinite(newestGoing)) assert.ok(newerLeft.length >= keep.newest);
        }
      }),
    );
  });

  it('decides once about every image', () => {
    fc.assert(
      fc.property(inventory, rules, (given, keep) => {
        const decided = planPrune(given, keep, NOW).map((decision) => decision.image.id);
        assert.deepEqual(decided.sort(), given.images.map(({ id }) => id).sort());
      }),
    );
  });

  it('deletes what is old, unused and not among the newest', () => {
    const images = [oldImage(1, 31), oldImage(2, 40), oldImage(3, 90)];
    const uses = [{ imageId: 'ami-00000003', by: 'instance i-1' }];
    assert.deepEqual(goingOf({ images, uses }, { newest: 1, youngerThanDays: 30 }), [images[1]]);
  });

  it('refuses when nothing is in use', () => {
    const given = { images: [oldImage(1, 90)], uses: [] };
    assert.throws(() => planPrune(given, { newest: 0, youngerThanDays: 0 }, NOW), /check AWS_PROFILE and AWS_REGION/);
  });

  it('refuses when it is unclear which image is used', () => {
    const uses = [{ imageId: 'resolve:ssm:/x', by: 'launch template lt-1 version 1' }];
    const given = { images: [oldImage(1, 90)], uses };
    assert.throws(
      () => planPrune(given, { newest: 0, youngerThanDays: 0 }, NOW),
      /lt-1 version 1 uses 'resolve:ssm:\/x'/,
    );
  });

  it('keeps an image whose date cannot be read', () => {
    const undated = { ...oldImage(1, 0), createdAt: new Date(Number.NaN) };
    const uses = [{ imageId: 'ami-00000009', by: 'instance i-1' }];
    assert.deepEqual(goingOf({ images: [undated], uses }, { newest: 0, youngerThanDays: 30 }), []);
  });
});
