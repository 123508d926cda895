import { z } from 'zod';
import table from './prices.json' with { type: 'json' };

const price = z.number().positive();

/** What costs the same in all of these regions. */
const everywhereSchema = z.object({
  publicIpv4Hour: price,
  /** Between Availability Zones, charged to the sender and to the receiver. */
  crossZoneGb: price,
  /** Out to the internet, first 10 TB of a month. */
  internetGb: price,
  lambda: z.object({ millionRequests: price, gbSecondX86: price, gbSecondArm: price }),
  /** Standard queues. */
  sqs: z.object({ millionRequests: price }),
  /** Fault Injection Service: per minute of each action of an experiment. */
  fis: z.object({ actionMinute: price }),
  kms: z.object({ keyMonth: price, tenThousandRequests: price }),
});

const regionSchema = z.object({
  /** Hour of a `large` instance of each family; the other sizes cost in proportion. A family without a known price is missing. */
  ec2LargeHour: z.record(z.string(), price),
  ebsGp3GbMonth: price,
  alb: z.object({ hour: price, lcuHour: price }),
  nat: z.object({ hour: price, gb: price }),
  /** On-demand capacity, Standard table class. */
  dynamodb: z.object({
    millionWriteUnits: price,
    millionReadUnits: price,
    storageGbMonth: price,
    pitrGbMonth: price,
    backupGbMonth: price,
  }),
  /** Custom metrics, the first 10,000; detailed monitoring of an instance is charged as 7 of them. */
  cloudwatch: z.object({
    metricMonth: price,
    alarmMonth: price,
    dashboardMonth: price,
    logsGb: price,
    logsStorageGbMonth: price,
  }),
  apiGateway: z.object({ millionHttpRequests: price, millionRestRequests: price }),
  s3: z.object({ standardGbMonth: price, thousandPuts: price }),
});

/** What one region charges. */
export type RegionPrices = z.infer<typeof everywhereSchema> & z.infer<typeof regionSchema>;

const { asOf, largesPerSize, everywhere, regions } = z
  .object({
    asOf: z.iso.date(),
    /** The price of a size in prices of `large`, the same in each family. */
    largesPerSize: z.record(z.string(), z.number().positive()),
    everywhere: everywhereSchema,
    regions: z.record(z.string(), regionSchema),
  })
  .parse(table);

/** The day of these prices; prices.json names their source. */
export const PRICES_AS_OF = asOf;

/** Regions that have prices here. */
export const PRICED_REGIONS = Object.keys(regions);

/** Prices of a region. @throws Error for a region that has none here. */
export function pricesOf(region: string): RegionPrices {
  const prices = regions[region];
  if (prices) return { ...everywhere, ...prices };
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
