import { isProd } from './rules.ts';

const FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/**
 * Reads the time after which a stage may be deleted; undefined if it is permanent. It is not a setting, because it
 * changes with each deployment and is in no template.
 *
 * @throws Error if it is not a time in UTC, or if the stage is production
 */
export function readExpiry(stage: string, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  if (!FORM.test(given) || Number.isNaN(Date.parse(given))) {
    throw new Error(`The expiry is "${given}", expected a time in UTC. Use -c expires=2026-11-27T12:00:00Z`);
  }
  if (isProd(stage)) {
    throw new Error(`The expiry is ${given}, but stage ${stage} is production, which does not expire. Remove it`);
  }
  return given;
}
