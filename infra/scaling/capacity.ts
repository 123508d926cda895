import type { Scaling } from './steps.ts';

/** Smallest and largest size of the fleet, in instances. */
export interface FleetBounds {
  readonly min: number;
  readonly max: number;
}

/** What the fleet's size is computed from. Rates are timestamps per second; see infra/settings/table.ts. */
export interface Demand extends Pick<Scaling, 'scaleOut'> {
  readonly sustainedRate: number;
  readonly peakRate: number;
  readonly ratePerInstance: number;
  readonly zones: readonly string[];
}

/** Instances that carry the rate below the scale-out threshold, so that the fleet does not grow. */
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
export function fleetBounds({ sustainedRate, peakRate, ratePerInstance, zones, scaleOut }: Demand): FleetBounds {
  const threshold = scaleOut[0].from;
  const sustained = instancesFor(sustainedRate, ratePerInstance, threshold);
  const min = instancesToSurviveZoneLoss(sustained, zones.length);
  return { min, max: Math.max(min + 1, instancesFor(peakRate, ratePerInstance, threshold)) };
}

/** DynamoDB's default quota of write units per second for a table. */
export const DEFAULT_TABLE_QUOTA = 40_000;

/**
 * Write units per second to which the table is limited: one unit per timestamp at full speed of the largest fleet. That
 * is the worst case, in which no two timestamps share a block. It limits the bill, and the fleet cannot exceed it.
 */
export function tableWriteLimit(bounds: FleetBounds, ratePerInstance: number): number {
  return bounds.max * ratePerInstance;
}
