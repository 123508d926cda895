/** From this average CPU (in percent) on, add this many instances. */
export interface OutStep {
  readonly from: number;
  readonly instances: number;
}

/** Below this average CPU (in percent), remove this many instances. */
export interface InStep {
  readonly below: number;
  readonly instances: number;
}

/**
 * The scaling settings. The first step of each direction is the threshold of its alarm, further ones change the fleet
 * by more. An alarm needs this many one-minute periods in a row.
 */
export interface Scaling {
  readonly scaleOut: readonly [OutStep, ...OutStep[]];
  readonly scaleOutPeriods: number;
  readonly scaleIn: readonly [InStep, ...InStep[]];
  readonly scaleInPeriods: number;
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
