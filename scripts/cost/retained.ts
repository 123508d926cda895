/** What is kept, and therefore grows: the table, its backups and logs. A month is billed by the average of its days. */
import type { RegionPrices } from '../cli/prices.ts';
import { ASSUMED, GB, gigabytes } from './items.ts';
import type { PricedStage } from './stage.ts';

const DAYS_PER_MONTH = 365 / 12;

interface Growth {
  /** The month that is billed, from 1. */
  readonly months: number;
  /** Gigabytes that the table gains in each month. */
  readonly tableGb: number;
}

/** The table keeps every timestamp; its backups are full copies, because DynamoDB has no incremental ones. */
export function tableStorage({ dynamodb }: RegionPrices, stage: PricedStage, growth: Growth) {
  const storedGb = averageMonths(growth.months) * growth.tableGb;
  return [
    gigabytes('DynamoDB storage', storedGb, dynamodb.storageGbMonth),
    gigabytes('Point-in-time recovery', storedGb, dynamodb.pitrGbMonth),
    gigabytes('Backups', backupsGb(stage, growth), dynamodb.backupGbMonth),
  ];
}

/** Average of the full copies that exist during the month. */
export function backupsGb({ backups }: Pick<PricedStage, 'backups'>, { months, tableGb }: Growth): number {
  const [start, end] = [(months - 1) * DAYS_PER_MONTH, months * DAYS_PER_MONTH];
  let sum = 0;
  for (const { everyDays, keptDays } of backups)
    for (let copy = 1; copy * everyDays < end; copy++) {
      const day = copy * everyDays;
      const daysInMonth = Math.max(0, Math.min(end, day + keptDays) - Math.max(start, day));
      sum += (day / DAYS_PER_MONTH) * tableGb * (daysInMonth / DAYS_PER_MONTH);
    }
  return sum;
}

/** Logs in CloudWatch: what the month adds, and storage until the retention ends. */
export function logs({ cloudwatch }: RegionPrices, stage: PricedStage, name: string, monthGb: number, months: number) {
  const keptGb = monthGb * Math.min(averageMonths(months), stage.logRetentionDays / DAYS_PER_MONTH);
  const { usd, ...item } = gigabytes(name, monthGb, cloudwatch.logsGb);
  return { ...item, usd: usd + keptGb * cloudwatch.logsStorageGbMonth };
}

/**
 * Access and connection logs of the load balancer in S3, compressed: infrequent access after a month, Glacier after
 * three, until they expire.
 */
export function accessLogs({ s3 }: RegionPrices, stage: PricedStage, requests: number, months: number) {
  const lines = requests * (1 + 1 / ASSUMED.requestsPerConnection);
  const monthGb = (lines * ASSUMED.accessLogBytes) / GB;
  const kept = Math.min(averageMonths(months), stage.accessLogDays / DAYS_PER_MONTH);
  const [standard, infrequent] = [Math.min(kept, 1), Math.min(Math.max(kept - 1, 0), 2)];
  const perGb =
    standard * s3.standardGbMonth +
    infrequent * s3.infrequentGbMonth +
    Math.max(kept - 3, 0) * s3.glacierInstantGbMonth;
  return { ...gigabytes('Access logs in S3', monthGb * kept, 0), usd: monthGb * perGb };
}

/** How many months' worth of data exist on average during a month. */
function averageMonths(months: number): number {
  return months - 0.5;
}
