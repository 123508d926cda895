import { pricesOf } from '../cli/prices.ts';
import { onFleet } from './bills.ts';
import { ASSUMED, dynamodb, GB } from './items.ts';
import type { PricedStage } from './stage.ts';

/** What was measured on one day of a stage. */
export interface MeasuredDay {
  readonly timestamps: number;
  /** Write units that the table consumed. */
  readonly writeUnits: number;
  /** Average number of instances. */
  readonly instances: number;
  readonly tableBytes: number;
}

const DAYS_PER_MONTH = ASSUMED.hoursPerMonth / 24;
const SECONDS_PER_DAY = 86_400;

/**
 * The price of a day in USD, by list prices: what was measured, and for the rest what `npm run cost` assumes at the rate
 * of the day. Backups are left out, because their number is not known.
 *
 * @throws Error if the region or the instance type has no price here
 */
export function dayUsd(stage: PricedStage, { timestamps, writeUnits, instances, tableBytes }: MeasuredDay): number {
  const prices = pricesOf(stage.region);
  const storedUsd = (tableBytes / GB) * (prices.dynamodb.storageGbMonth + prices.dynamodb.pitrGbMonth);
  const monthly = [
    ...dynamodb(prices, { write: writeUnits * DAYS_PER_MONTH }),
    ...onFleet(prices, { rate: timestamps / SECONDS_PER_DAY, stage }, instances),
  ];
  return (monthly.reduce((sum, { usd }) => sum + usd, 0) + storedUsd) / DAYS_PER_MONTH;
}
