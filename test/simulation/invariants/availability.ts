import type { Recording } from '../actors/recording.ts';
import type { World } from '../world.ts';

/** Each costs an attempt of at most a second and a pause of less than 50 ms, so the deadline of 8 s is not reached. */
const FEW_FAULTS = 3;

/** A few faults of single requests to the database turn nobody away. */
export function checkAvailability(world: World, recordings: readonly Recording[]): void {
  const { plan, network } = world;
  const isUndisturbed = plan.stallShare === 0 && plan.steps.every(({ kind }) => kind === 'post' || kind === 'list');
  if (!isUndisturbed || network.faulty.length > FEW_FAULTS) return;
  const refused = recordings.find(({ record }) => record === undefined);
  if (refused !== undefined)
    world.violate(
      'availability',
      `…${refused.trace} was refused after ${network.faulty.length} faults of single requests`,
    );
}
