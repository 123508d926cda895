import { configuredRegion } from '../aws/region.ts';
import { PRICED_REGIONS, pricesOf } from '../cli/prices.ts';

/** Prices that a restore is paid with, in US dollars; undefined for a region without known prices. */
export type RestorePrices = { readonly restoreGb: number; readonly millionReadUnits: number } | undefined;

const BYTES_PER_GB = 2 ** 30;
/** A read unit reads this much in a query that is not consistent. */
const BYTES_PER_READ_UNIT = 8_192;

/** A size as DynamoDB charges it: `1.5 GB`. */
export function sizeText(bytes: number): string {
  return `${(bytes / BYTES_PER_GB).toFixed(1)} GB`;
}

/** What a restore of this size costs: the restore itself, and reading both tables once. Storage is not in it. */
export function restorePrice(sizeBytes: number, prices: NonNullable<RestorePrices>): number {
  const readUnits = (2 * sizeBytes) / BYTES_PER_READ_UNIT;
  return (sizeBytes / BYTES_PER_GB) * prices.restoreGb + (readUnits / 1e6) * prices.millionReadUnits;
}

/** The prices of the configured region. */
export async function restorePrices(): Promise<RestorePrices> {
  const region = await configuredRegion();
  if (region === undefined || !PRICED_REGIONS.includes(region)) return undefined;
  return pricesOf(region).dynamodb;
}
