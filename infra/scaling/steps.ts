/** At or above this average CPU (in percent), add this many instances. */
export interface OutStep {
  readonly from: number;
  readonly instances: number;
}

/** Below this average CPU (in percent), remove this many instances. */
export interface InStep {
  readonly below: number;
  readonly instances: number;
}

/** The scaling settings. The first step of each direction is the threshold of its alarm. Periods are one minute. */
export interface Scaling {
  readonly scaleOut: readonly [OutStep, ...OutStep[]];
  readonly scaleOutPeriods: number;
  readonly scaleIn: readonly [InStep, ...InStep[]];
  readonly scaleInPeriods: number;
  readonly warmupS: number;
}

/** A step adjustment of Auto Scaling: bounds are relative to the alarm's threshold; an absent bound is infinite. */
export interface Adjustment {
  readonly metricIntervalLowerBound?: number;
  readonly metricIntervalUpperBound?: number;
  readonly scalingAdjustment: number;
}

/** An alarm and its step scaling policy. */
export interface AlarmedPolicy {
  readonly threshold: number;
  readonly periods: number;
  readonly adjustments: readonly Adjustment[];
}

/** An alarm above the first bound, and adjustments that cover everything above it. */
export function scaleOutPolicy({ scaleOut: steps, scaleOutPeriods: periods }: Scaling): AlarmedPolicy {
  const threshold = steps[0].from;
  const adjustments = steps.map(({ from, instances }, index) => {
    const next = steps[index + 1];
    return {
      metricIntervalLowerBound: from - threshold,
      ...(next && { metricIntervalUpperBound: next.from - threshold }),
      scalingAdjustment: instances,
    };
  });
  return { threshold, periods, adjustments };
}

/** An alarm below the first bound, and adjustments that cover everything below it. */
export function scaleInPolicy({ scaleIn: steps, scaleInPeriods: periods }: Scaling): AlarmedPolicy {
  const threshold = steps[0].below;
  const adjustments = steps.map(({ below, instances }, index) => {
    const next = steps[index + 1];
    return {
      ...(next && { metricIntervalLowerBound: next.below - threshold }),
      metricIntervalUpperBound: below - threshold,
      scalingAdjustment: -instances,
    };
  });
  return { threshold, periods, adjustments };
}
