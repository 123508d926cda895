import type { StepTable } from './steps.ts';
import { scaleOutThreshold } from './steps.ts';

/** Smallest and largest size of the fleet, in instances. */
export interface FleetBounds {
  readonly min: number;
  readonly max: number;
}

/** What the fleet's size is computed from. Rates are timestamps per second; see infra/settings/settings.ts. */
export interface Demand {
  readonly sustainedRate: number;
  readonly peakRate: number;
  readonly ratePerInstance: number;
  readonly zones: readonly string[];
}

/**
 * Instances that carry the rate below the scale-out threshold. Above it the fleet would already be growing, so a fleet of this
 * size is one that can stay as it is.
 */
export function instancesFor(rate: number, ratePerInstance: number, thresholdPercent: number): number {
  return Math.max(1, Math.ceil((rate * 100) / (ratePerInstance * thresholdPercent)));
}

/** Instances left when the fullest zone is lost; Auto Scaling keeps zones within one instance of each other. */
export function survivorsOfZoneLoss(instances: number, zoneCount: number): number {
  return instances - Math.ceil(instances / zoneCount);
}

/** Fewest instances of which `needed` survive the loss of one zone, and at least one a zone. */
export function instancesToSurviveZoneLoss(needed: number, zoneCount: number): number {
  let instances = Math.max(needed, zoneCount);
  while (survivorsOfZoneLoss(instances, zoneCount) < needed) instances += 1;
  return instances;
}

/** Bounds of the fleet: the minimum survives the loss of a zone at the sustained rate, the maximum carries the peak. */
export function fleetBounds(demand: Demand, scaling: StepTable): FleetBounds {
  const threshold = scaleOutThreshold(scaling);
  const sustained = instancesFor(demand.sustainedRate, demand.ratePerInstance, threshold);
  const min = instancesToSurviveZoneLoss(sustained, demand.zones.length);
  return { min, max: Math.max(min + 1, instancesFor(demand.peakRate, demand.ratePerInstance, threshold)) };
}

/** Write units a second that a table may take in an account whose quota was never raised. */
export const DEFAULT_TABLE_QUOTA = 40_000;

/**
 * Write units a second to which the table is limited: one unit a timestamp at full speed of the largest fleet, the worst case,
 * in which no two timestamps share a block. A bound on the bill that no client can raise, and above what the fleet can write.
 */
export function tableWriteLimit(bounds: FleetBounds, ratePerInstance: number): number {
  return bounds.max * ratePerInstance;
}
