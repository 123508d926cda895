// The compiler checks the table: an import of JSON has the type of its content.
import table from './prices.json' with { type: 'json' };

type PricesOfOneRegion = Omit<(typeof table.regions)['us-east-1'], 'ec2LargeHour'> & {
  /** Hour of a `large` instance by family; the other sizes cost in proportion. */
  readonly ec2LargeHour: Readonly<Record<string, number>>;
};

/** What one region charges, in US dollars; the notes in prices.json say for what. */
export type RegionPrices = typeof table.everywhere & PricesOfOneRegion;

const regions: Readonly<Record<string, PricesOfOneRegion>> = table.regions;
const largesPerSize: Readonly<Record<string, number>> = table.largesPerSize;

/** The day of these prices. */
export const PRICES_AS_OF = table.asOf;

/** Where the prices are from, and what to know of single ones, by name. */
export const { source: PRICES_SOURCE, notes: PRICE_NOTES } = table;

/** Regions that have prices here. */
export const PRICED_REGIONS = Object.keys(regions);

/** Prices of a region. @throws Error for a region that has none here. */
export function pricesOf(region: string): RegionPrices {
  const prices = regions[region];
  if (prices) return { ...table.everywhere, ...prices };
  throw new Error(
    `no prices of region '${region}': expected ${PRICED_REGIONS.join(', ')}, or add it to scripts/cli/prices.json`,
  );
}

/** Price of an hour of an instance. @throws Error for a type whose price is not known in the region. */
export function instanceHourPrice(region: string, type: string): number {
  const [family = '', size = ''] = type.split('.');
  const factor = largesPerSize[size];
  if (factor === undefined) {
    throw new Error(
      `'${type}' has no size with a price: expected <family>.<size> with ${Object.keys(largesPerSize).join(', ')}`,
    );
  }
  const { ec2LargeHour } = pricesOf(region);
  const large = ec2LargeHour[family];
  if (large !== undefined) return large * factor;
  throw new Error(
    `no price of ${type} in ${region} is known: add the hour of ${family}.large (Linux, on demand, ${region}) from ` +
      `https://aws.amazon.com/ec2/pricing/on-demand/ to ec2LargeHour of scripts/cli/prices.json, or use ` +
      `${othersWith(family, region)}`,
  );
}

/** What to calculate with instead: families of the region that have a price, regions where the family has one. */
function othersWith(family: string, region: string): string {
  const priced = PRICED_REGIONS.filter((other) => regions[other]?.ec2LargeHour[family] !== undefined);
  const families = `${Object.keys(pricesOf(region).ec2LargeHour).join(', ')} there`;
  return priced.length === 0 ? families : `${families}, or the prices of ${priced.join(', ')}`;
}
