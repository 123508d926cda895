import { dayUsd } from './day.ts';
import type { PricedStage } from './stage.ts';

/** What a day of a stage costs in USD if nobody uses it. @throws Error if the region has no prices here */
export function idleDayUsd(stage: PricedStage): number {
  return dayUsd(stage, { timestamps: 0, writeUnits: 0, instances: stage.minInstances, tableBytes: 0 });
}
