import { OperatorError } from '../cli/errors.ts';
import type { Image } from './image-tags.ts';

/** What AWS has, read completely; a failed read must throw before a plan is made. */
export interface Inventory {
  /** The account's own images of this service. */
  readonly images: readonly Image[];
  /** Ids of images by what uses them. */
  readonly uses: readonly Use[];
}

/** Something that would break, or could not be repeated, without an image. */
export interface Use {
  readonly imageId: string;
  /** `launch template lt-… version 3`, `instance i-…`, `parameter /stampede/ami/current`. */
  readonly by: string;
}

/** What is kept although nothing uses it. */
export interface KeepRules {
  /** How many of the newest images, of each architecture. */
  readonly newest: number;
  readonly youngerThanDays: number;
}

/** An image and why it stays; without a reason it goes. */
export interface Decision {
  readonly image: Image;
  readonly keptBecause: string | undefined;
}

const DAY_MS = 86_400_000;

/**
 * Decides which images may go.
 *
 * @throws OperatorError when nothing is in use at all: then the account or the region is more likely wrong than every
 * image superfluous
 */
export function planPrune({ images, uses }: Inventory, rules: KeepRules, now: Date): Decision[] {
  if (uses.length === 0) {
    throw new OperatorError(
      'no launch template, instance or parameter uses any image here, so nothing is deleted: check AWS_PROFILE and AWS_REGION',
    );
  }
  const uncertain = uses.find(({ imageId }) => !/^ami-[0-9a-f]{8,17}$/.test(imageId));
  if (uncertain) {
    throw new OperatorError(
      `${uncertain.by} uses '${uncertain.imageId}', which is no image id, so nothing is deleted: find out which image it means`,
    );
  }
  const newestFirst = images.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  return newestFirst.map((image) => ({ image, keptBecause: reasonToKeep(image, newestFirst, uses, rules, now) }));
}

function reasonToKeep(
  image: Image,
  newestFirst: readonly Image[],
  uses: readonly Use[],
  rules: KeepRules,
  now: Date,
): string | undefined {
  const use = uses.find(({ imageId }) => imageId === image.id);
  if (use) return `used by ${use.by}`;

  const rank = newestFirst.filter(({ architecture }) => architecture === image.architecture).indexOf(image);
  if (rank < rules.newest) return `one of the newest ${rules.newest}`;

  const ageDays = (now.getTime() - image.createdAt.getTime()) / DAY_MS;
  // A date that cannot be read compares as false: such an image is kept.
  if (ageDays >= rules.youngerThanDays) return undefined;
  return `younger than ${rules.youngerThanDays} days`;
}
