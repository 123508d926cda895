import { adjustedCapacity, findStep, type StepPolicy } from './step-policy.ts';

/** Smallest and largest size of a group. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** How many instances of a group are in which part of their life. */
export interface FleetCounts {
  /** In service and warmed up. */
  readonly warm: number;
  /** In service, but within their warm-up. */
  readonly warming: number;
  /** Launched, not yet in service. */
  readonly pending: number;
  /** On their way out. */
  readonly terminating: number;
}

/** A value outside the bounds becomes the nearest bound. */
export function withinBounds(capacity: number, { min, max }: Bounds): number {
  return Math.min(max, Math.max(min, capacity));
}

/**
 * Desired capacity after a policy was triggered with this metric value.
 *
 * "Instance warmup" of the step scaling page: scaling out counts neither instances that boot nor those that warm up,
 * so that repeated breaches of the same step add nothing; scaling in counts terminating ones, for the same reason; and
 * nothing is removed while a scale-out is in progress, which "Set the default instance warmup" extends to the warm-up.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-default-instance-warmup.html
 */
export function nextDesired(
  policy: StepPolicy,
  metric: number,
  threshold: number,
  desired: number,
  fleet: FleetCounts,
  bounds: Bounds,
): number {
  const step = findStep(policy, metric, threshold);
  if (!step) return desired;
  const outTo = withinBounds(adjustedCapacity(policy, step, fleet.warm), bounds);
  if (outTo > fleet.warm) return Math.max(desired, outTo);
  if (fleet.pending + fleet.warming > 0) return desired;
  const inTo = withinBounds(adjustedCapacity(policy, step, fleet.warm + fleet.terminating), bounds);
  return Math.min(desired, inTo);
}
