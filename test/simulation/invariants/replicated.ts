import { storedLines } from '../aws/stored-lines.ts';
import type { World } from '../world.ts';

/** When replication has caught up, each region has the same timestamps. */
export function checkReplicated(world: World): void {
  const [home, other] = world.regions.map(
    ({ database }) => new Set(storedLines(database.table).map(({ item, trace }) => `${item} …${trace}`)),
  );
  if (home === undefined || other === undefined) return;
  for (const line of home.symmetricDifference(other))
    world.violate('replicated', `${line} is in the ${home.has(line) ? 'home' : 'other'} region only`);
}
