import type { World } from '../world.ts';

/** At the end everything that was spilled is in the table: the bucket is empty, and nothing is a dead letter. */
export function checkNothingSpilled(world: World): void {
  for (const key of world.bucket.objects.keys()) world.violate('spilled', `${key} is still in the bucket`);
}
