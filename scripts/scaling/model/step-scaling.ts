/** One step: applies while the metric, minus the alarm's threshold, lies between the bounds. */
export interface Step {
  /** @default -Infinity */
  readonly lowerBound?: number;
  /** @default Infinity */
  readonly upperBound?: number;
  readonly adjustment: number;
}

/** How a policy aggregates the evaluated data points into the value that it compares with its steps. */
const AGGREGATIONS = {
  Average: (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length,
  Minimum: (values: readonly number[]) => Math.min(...values),
  Maximum: (values: readonly number[]) => Math.max(...values),
};

/** A step scaling policy of an Auto Scaling group. */
export interface StepPolicy {
  readonly name: string;
  readonly adjustmentType: 'ChangeInCapacity' | 'PercentChangeInCapacity' | 'ExactCapacity';
  readonly steps: readonly Step[];
  /** Smallest change of a percentage. @default 1 */
  readonly minAdjustmentMagnitude?: number;
  /** @default Average */
  readonly aggregation?: keyof typeof AGGREGATIONS;
}

/**
 * The step for a metric value, if any: above the threshold lower bounds are inclusive and upper ones exclusive, below
 * it the other way round; on the threshold itself either reading may match.
 *
 * "Step adjustments for step scaling": https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html
 */
export function findStep({ steps }: Pick<StepPolicy, 'steps'>, metric: number, threshold: number): Step | undefined {
  const breach = metric - threshold;
  return steps.find(({ lowerBound = -Infinity, upperBound = Infinity }) => {
    const above = breach >= 0 && lowerBound <= breach && breach < upperBound;
    const below = breach <= 0 && lowerBound < breach && breach <= upperBound;
    return above || below;
  });
}

/**
 * Capacity that a step asks for, before the bounds of the group. Percentages are rounded as documented under "Scaling
 * adjustment types": towards zero, but never to zero.
 */
export function adjustedCapacity(policy: StepPolicy, step: Step, capacity: number): number {
  switch (policy.adjustmentType) {
    case 'ChangeInCapacity':
      return capacity + step.adjustment;
    case 'ExactCapacity':
      return step.adjustment;
    case 'PercentChangeInCapacity': {
      const change = (capacity * step.adjustment) / 100;
      const magnitude = Math.max(Math.floor(Math.abs(change)), policy.minAdjustmentMagnitude ?? 1);
      return capacity + Math.sign(change) * magnitude;
    }
  }
}

/** Aggregates data points, of which there must be at least one. */
export function aggregate(values: readonly number[], aggregation: keyof typeof AGGREGATIONS = 'Average'): number {
  return AGGREGATIONS[aggregation](values);
}

/** Smallest and largest size of a group. */
export type Bounds = Readonly<Record<'min' | 'max', number>>;

/** Instances in each part of their life: `warming` ones are in service, but within their warm-up. */
export type FleetCounts = Readonly<Record<'warm' | 'warming' | 'pending' | 'terminating', number>>;

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
