/**
 * List prices in US dollars, on demand, Linux, without free tiers, discounts and taxes. The one place for them: the
 * simulation and the cost calculation read them here.
 *
 * Source: the pricing pages of each service (https://aws.amazon.com/<service>/pricing/), as last known on
 * {@link PRICES_AS_OF}; they were not fetched from AWS's price list. Verify before you rely on a total.
 */
export const PRICES_AS_OF = '2026-11-21';

/** What one region charges. */
export interface RegionPrices {
  /** Hour of a `large` instance of each family; the other sizes cost in proportion. */
  readonly ec2LargeHour: Readonly<Record<string, number>>;
  readonly ebsGp3GbMonth: number;
  readonly publicIpv4Hour: number;
  readonly alb: { readonly hour: number; readonly lcuHour: number };
  readonly nat: { readonly hour: number; readonly gb: number };
  /** Between Availability Zones, charged to the sender and to the receiver. */
  readonly crossZoneGb: number;
  /** Out to the internet, first 10 TB of a month. */
  readonly internetGb: number;
  /** On-demand capacity, Standard table class. */
  readonly dynamodb: {
    readonly millionWriteUnits: number;
    readonly millionReadUnits: number;
    readonly storageGbMonth: number;
    readonly pitrGbMonth: number;
    readonly backupGbMonth: number;
  };
  readonly cloudwatch: {
    /** Custom metric, first 10,000; detailed monitoring of an instance is charged as 7 of them. */
    readonly metricMonth: number;
    readonly alarmMonth: number;
    readonly dashboardMonth: number;
    readonly logsGb: number;
    readonly logsStorageGbMonth: number;
  };
  readonly lambda: { readonly millionRequests: number; readonly gbSecondX86: number; readonly gbSecondArm: number };
  readonly apiGateway: { readonly millionHttpRequests: number; readonly millionRestRequests: number };
  /** Standard queues. */
  readonly sqs: { readonly millionRequests: number };
  readonly s3: { readonly standardGbMonth: number; readonly thousandPuts: number };
  /** Fault Injection Service: per minute of each action of an experiment. */
  readonly fis: { readonly actionMinute: number };
  readonly kms: { readonly keyMonth: number; readonly tenThousandRequests: number };
}

/** What costs the same in all of these regions. */
const EVERYWHERE = {
  publicIpv4Hour: 0.005,
  crossZoneGb: 0.01,
  internetGb: 0.09,
  lambda: { millionRequests: 0.2, gbSecondX86: 0.0000166667, gbSecondArm: 0.0000133334 },
  sqs: { millionRequests: 0.4 },
  fis: { actionMinute: 0.1 },
  kms: { keyMonth: 1, tenThousandRequests: 0.03 },
} as const;

const CLOUDWATCH = { metricMonth: 0.3, alarmMonth: 0.1, dashboardMonth: 3 } as const;

const REGIONS: Readonly<Record<string, RegionPrices>> = {
  'us-east-1': {
    ...EVERYWHERE,
    ec2LargeHour: { t4g: 0.0672, t3: 0.0832, m7g: 0.0816, c7g: 0.0725 },
    ebsGp3GbMonth: 0.08,
    alb: { hour: 0.0225, lcuHour: 0.008 },
    nat: { hour: 0.045, gb: 0.045 },
    dynamodb: {
      millionWriteUnits: 0.625,
      millionReadUnits: 0.125,
      storageGbMonth: 0.25,
      pitrGbMonth: 0.2,
      backupGbMonth: 0.1,
    },
    cloudwatch: { ...CLOUDWATCH, logsGb: 0.5, logsStorageGbMonth: 0.03 },
    apiGateway: { millionHttpRequests: 1, millionRestRequests: 3.5 },
    s3: { standardGbMonth: 0.023, thousandPuts: 0.005 },
  },
  'eu-west-1': {
    ...EVERYWHERE,
    ec2LargeHour: { t4g: 0.0736, t3: 0.0912, m7g: 0.091, c7g: 0.0775 },
    ebsGp3GbMonth: 0.088,
    alb: { hour: 0.0252, lcuHour: 0.008 },
    nat: { hour: 0.048, gb: 0.048 },
    dynamodb: {
      millionWriteUnits: 0.7068,
      millionReadUnits: 0.1415,
      storageGbMonth: 0.283,
      pitrGbMonth: 0.2264,
      backupGbMonth: 0.1132,
    },
    cloudwatch: { ...CLOUDWATCH, logsGb: 0.57, logsStorageGbMonth: 0.03 },
    apiGateway: { millionHttpRequests: 1.11, millionRestRequests: 3.5 },
    s3: { standardGbMonth: 0.023, thousandPuts: 0.005 },
  },
  'eu-central-1': {
    ...EVERYWHERE,
    // m7g and c7g are missing: no price of theirs is known for sure.
    ec2LargeHour: { t4g: 0.0768, t3: 0.096 },
    ebsGp3GbMonth: 0.0952,
    alb: { hour: 0.027, lcuHour: 0.008 },
    nat: { hour: 0.052, gb: 0.052 },
    dynamodb: {
      millionWriteUnits: 0.7625,
      millionReadUnits: 0.1525,
      storageGbMonth: 0.306,
      pitrGbMonth: 0.2448,
      backupGbMonth: 0.1224,
    },
    cloudwatch: { ...CLOUDWATCH, logsGb: 0.63, logsStorageGbMonth: 0.0324 },
    apiGateway: { millionHttpRequests: 1.2, millionRestRequests: 3.7 },
    s3: { standardGbMonth: 0.0245, thousandPuts: 0.0054 },
  },
};

/** Sizes in units of `large`: prices of a family are proportional to its size. */
const SIZES: Readonly<Record<string, number>> = {
  nano: 1 / 16,
  micro: 1 / 8,
  small: 1 / 4,
  medium: 1 / 2,
  large: 1,
  xlarge: 2,
  '2xlarge': 4,
  '4xlarge': 8,
  '8xlarge': 16,
  '12xlarge': 24,
  '16xlarge': 32,
};

/** Regions that have prices here. */
export const PRICED_REGIONS = Object.keys(REGIONS);

/** Prices of a region. @throws Error for a region that has none here. */
export function pricesOf(region: string): RegionPrices {
  const prices = REGIONS[region];
  if (prices) return prices;
  throw new Error(
    `no prices of region '${region}': expected ${PRICED_REGIONS.join(', ')}, or add it to scripts/cli/prices.ts`,
  );
}

/** Price of an hour of an instance. @throws Error for a type whose price is not known in the region. */
export function instanceHourPrice(region: string, type: string): number {
  const [family = '', size = ''] = type.split('.');
  const factor = SIZES[size];
  if (factor === undefined) {
    throw new Error(
      `'${type}' has no size with a price: expected <family>.<size> with ${Object.keys(SIZES).join(', ')}`,
    );
  }
  const { ec2LargeHour } = pricesOf(region);
  const large = ec2LargeHour[family];
  if (large !== undefined) return large * factor;
  throw new Error(
    `no price of ${type} in ${region} is known: take the hour of ${family}.large (Linux, on demand, ${region}) from ` +
      `https://aws.amazon.com/ec2/pricing/on-demand/ into ec2LargeHour of scripts/cli/prices.ts, or reckon with ` +
      `${othersWith(family, region)}`,
  );
}

/** What to reckon with instead: families of the region that have a price, regions where the family has one. */
function othersWith(family: string, region: string): string {
  const regions = PRICED_REGIONS.filter((other) => REGIONS[other]?.ec2LargeHour[family] !== undefined);
  const families = `${Object.keys(pricesOf(region).ec2LargeHour).join(', ')} there`;
  return regions.length === 0 ? families : `${families}, or with the prices of ${regions.join(', ')}`;
}
