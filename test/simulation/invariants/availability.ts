import { ServiceError } from '../../../server/errors.ts';
import type { Recording } from '../actors/recording.ts';
import type { World } from '../world.ts';

/** Each costs an attempt of at most a second and a pause of less than 50 ms, so the deadline of 8 s is not reached. */
const FEW_FAULTS = 3;

const UNDISTURBING = new Set(['post', 'post-once', 'list', 'follow', 'replication']);

/** A few faults of single requests to the database turn nobody away. */
export function checkAvailability(world: World, recordings: readonly Recording[]): void {
  const { plan, network } = world;
  const isUndisturbed =
    plan.stallShare === 0 &&
    plan.refusedEvery === undefined &&
    plan.crashAt === undefined &&
    plan.steps.every(({ kind }) => UNDISTURBING.has(kind));
  if (!isUndisturbed || network.faulty.length > FEW_FAULTS) return;
  // With two regions, the record of a key may still be replicated.
  const isOutside = ({ key }: Recording) => key !== undefined && world.regions.length > 1;
  const refused = recordings.find(
    (recording) => recording.record === undefined && !isOfKey(recording.error) && !isOutside(recording),
  );
  if (refused !== undefined)
    world.violate(
      'availability',
      `…${refused.trace} was refused after ${network.faulty.length} faults of single requests`,
    );
}

/** A key that is in use, or was used with another request. */
function isOfKey(error: unknown): boolean {
  return error instanceof ServiceError && error.code.startsWith('key-');
}
