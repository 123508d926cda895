import type { Scaling } from './steps.ts';

/** Smallest and largest size of the fleet, in instances. */
export interface FleetBounds {
  readonly min: number;
  readonly max: number;
}

/** Settings that determine the size of the fleet. Rates are timestamps per second; see infra/settings/table.ts. */
export interface Demand extends Pick<Scaling, 'scaleOut'> {
  readonly sustainedRate: number;
  readonly peakRate: number;
  readonly ratePerInstance: number;
  readonly zones: readonly string[];
}

/** Number of instances that handle the rate below the scale-out threshold. */
export function instancesFor(rate: number, ratePerInstance: number, thresholdPercent: number): number {
  return Math.max(1, Math.ceil((rate * 100) / (ratePerInstance * thresholdPercent)));
}

/** Instances left after the loss of the largest zone; Auto Scaling keeps zones within one instance of each other. */
export function survivorsOfZoneLoss(instances: number, zoneCount: number): number {
  return instances - Math.ceil(instances / zoneCount);
}

/** The smallest number of instances of which `needed` survive the loss of a zone; at least one per zone. */
export function instancesToSurviveZoneLoss(needed: number, zoneCount: number): number {
  let instances = Math.max(needed, zoneCount);
  while (survivorsOfZoneLoss(instances, zoneCount) < needed) instances += 1;
  return instances;
}

/** Size limits: the minimum survives the loss of a zone at the sustained rate, the maximum handles the peak rate. */
export function fleetBounds({ sustainedRate, peakRate, ratePerInstance, zones, scaleOut }: Demand): FleetBounds {
  const threshold = scaleOut[0].from;
  const sustained = instancesFor(sustainedRate, ratePerInstance, threshold);
  const min = instancesToSurviveZoneLoss(sustained, zones.length);
  return { min, max: Math.max(min + 1, instancesFor(peakRate, ratePerInstance, threshold)) };
}

/** DynamoDB's default quota of write units per second and table. */
export const DEFAULT_TABLE_QUOTA = 40_000;

/** The table's maximum write units per second, which limits the bill: one per timestamp of the largest fleet. */
export function tableWriteLimit(bounds: FleetBounds, ratePerInstance: number): number {
  return bounds.max * ratePerInstance;
}

/** Write units per second that a new on-demand table accepts at once. */
const DEFAULT_WARM_WRITE_UNITS = 4_000;

/** Warm throughput of the table in write units per second: the setting, or the peak rate. Undefined if not needed. */
export function warmWriteUnits(settings: {
  readonly warmWriteUnits: number;
  readonly peakRate: number;
}): number | undefined {
  const units = settings.warmWriteUnits || settings.peakRate;
  return units > DEFAULT_WARM_WRITE_UNITS ? units : undefined;
}
