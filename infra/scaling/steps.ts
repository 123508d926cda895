import type { FleetBounds } from './capacity.ts';

/** From this average CPU (in percent) on, change the fleet by this many instances. */
export interface Step {
  readonly from: number;
  readonly instances: number;
}

/** Steps of one direction, and the one-minute periods that must breach before the first of them is taken. */
export interface Direction {
  readonly periods: number;
  readonly steps: readonly [Step, ...Step[]];
}

/**
 * The scaling table. `out` steps count upward from the alarm's threshold, `in` steps downward from theirs; the first step of each is
 * the alarm's threshold, and further ones change the fleet by more.
 */
export interface StepTable {
  readonly out: Direction;
  readonly in: Direction;
  readonly warmupS: number;
}

/** One step in Auto Scaling's terms: bounds are relative to the alarm's threshold, none means unbounded. */
export interface Adjustment {
  readonly metricIntervalLowerBound?: number;
  readonly metricIntervalUpperBound?: number;
  readonly scalingAdjustment: number;
}

/** An alarm with the step policy that it starts. */
export interface AlarmedPolicy {
  readonly threshold: number;
  readonly periods: number;
  readonly adjustments: readonly Adjustment[];
}

/** CPU in percent above which the fleet grows. */
export const scaleOutThreshold = (table: StepTable): number => table.out.steps[0].from;

/** Turns the `out` steps into an alarm above their first bound, and adjustments that cover everything above it. */
export function scaleOut({ out: { periods, steps } }: StepTable): AlarmedPolicy {
  refuseDisorder('out', steps, (step, next) => step.from < next.from);
  const threshold = steps[0].from;
  const adjustments = steps.map((step, index) => ({
    metricIntervalLowerBound: step.from - threshold,
    ...(steps[index + 1] && { metricIntervalUpperBound: (steps[index + 1] as Step).from - threshold }),
    scalingAdjustment: step.instances,
  }));
  return { threshold, periods, adjustments };
}

/** Turns the `in` steps into an alarm below their first bound, and adjustments that cover everything below it. */
export function scaleIn({ in: { periods, steps } }: StepTable): AlarmedPolicy {
  refuseDisorder('in', steps, (step, next) => step.from > next.from);
  const threshold = steps[0].from;
  const adjustments = steps.map((step, index) => ({
    ...(steps[index + 1] && { metricIntervalLowerBound: (steps[index + 1] as Step).from - threshold }),
    metricIntervalUpperBound: step.from - threshold,
    scalingAdjustment: -step.instances,
  }));
  return { threshold, periods, adjustments };
}

/**
 * Throws when a scale-in could by itself cause the next scale-out: when the load that just allowed taking instances away would, spread
 * over the remaining ones, exceed the scale-out threshold.
 */
export function refuseFlapping(table: StepTable, { min, max }: FleetBounds): void {
  const limit = scaleOutThreshold(table);
  for (const { from, instances } of table.in.steps) {
    for (let size = min + 1; size <= max; size += 1) {
      const left = Math.max(min, size - instances);
      const cpuAfter = (from * size) / left;
      if (cpuAfter > limit) {
        throw new Error(
          `Scaling in by ${instances} below ${from} % takes ${size} instances to ${left}, up to ${Math.round(cpuAfter)} % CPU each, ` +
            `which scales out again above ${limit} %. Take fewer away, lower the bound, or raise the minimum of ${min}`,
        );
      }
    }
  }
}

function refuseDisorder(name: string, steps: readonly Step[], ordered: (step: Step, next: Step) => boolean): void {
  steps.forEach((step, index) => {
    const next = steps[index + 1];
    if (next && !(ordered(step, next) && step.instances < next.instances)) {
      throw new Error(
        `Scaling steps "${name}": ${next.instances} at ${next.from} % after ${step.instances} at ${step.from} %, ` +
          'expected each step to be further from the target and to change more instances. Reorder them in infra/settings/settings.ts',
      );
    }
  });
}
