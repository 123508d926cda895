import { pricesOf } from '../cli/prices.ts';
import { onFleet } from './bills.ts';
import { ASSUMED } from './items.ts';
import type { PricedStage } from './stage.ts';

/** What a day of a stage costs in USD if nobody uses it. @throws Error if the region has no prices here */
export function idleDayUsd(stage: PricedStage): number {
  const items = onFleet(pricesOf(stage.region), { rate: 0, stage }, stage.minInstances);
  return (items.reduce((sum, { usd }) => sum + usd, 0) * 24) / ASSUMED.hoursPerMonth;
}
