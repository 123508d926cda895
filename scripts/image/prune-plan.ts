import type { Image, ImageUse } from '../aws/ec2.ts';
import { OperatorError } from '../cli/errors.ts';
import { imageId as imageIdSchema } from '../cli/values.ts';

const DAY_MS = 86_400_000;

/** The account's own images of this service, and what uses images. It must be complete: a failed read must throw. */
export interface Inventory {
  readonly images: readonly Image[];
  readonly uses: readonly ImageUse[];
}

/** What is kept although nothing uses it: the newest images of each architecture, and young ones. */
interface KeepRules {
  readonly newest: number;
  readonly youngerThanDays: number;
}

/** Decides why each image is kept; without a reason it may be deleted. */
export function planPrune({ images, uses }: Inventory, { newest, youngerThanDays }: KeepRules, now: Date) {
  if (uses.length === 0) {
    // A wrong account or region is more likely than that all images are superfluous.
    throw new OperatorError(
      'no launch template, instance or parameter uses any image here, so nothing is deleted: check AWS_PROFILE and AWS_REGION',
    );
  }
  const uncertain = uses.find(({ imageId }) => !imageIdSchema().safeParse(imageId).success);
  if (uncertain) {
    throw new OperatorError(
      `${uncertain.by} uses '${uncertain.imageId}', which is not an image id, so nothing is deleted: find out which image it means`,
    );
  }
  const newestFirst = images.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  const reasonToKeep = (image: Image): string | undefined => {
    const use = uses.find(({ imageId }) => imageId === image.id);
    if (use) return `used by ${use.by}`;

    const rank = newestFirst.filter(({ architecture }) => architecture === image.architecture).indexOf(image);
    if (rank < newest) return `one of the newest ${newest}`;

    const ageDays = (now.getTime() - image.createdAt.getTime()) / DAY_MS;
    // An invalid date makes the comparison false: such an image is kept.
    return ageDays >= youngerThanDays ? undefined : `younger than ${youngerThanDays} days`;
  };
  return newestFirst.map((image) => ({ image, keptBecause: reasonToKeep(image) }));
}
