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

/** The table keeps timestamps until they expire; its backups are full copies, because DynamoDB has no incremental ones. */
export function tableStorage({ dynamodb }: RegionPrices, stage: PricedStage, growth: Growth) {
  const [kept, { months, tableGb }] = [stage.retentionDays / DAYS_PER_MONTH, growth];
  const storedGb = Math.min(averageMonths(months), kept) * tableGb;
  return [
    gigabytes('DynamoDB storage', storedGb, dynamodb.storageGbMonth),
    gigabytes('Point-in-time recovery', storedGb, dynamodb.pitrGbMonth),
    gigabytes('Backups', backupsGb(stage, growth), dynamodb.backupGbMonth),
    // Restores the backup of the first day of the month.
    ...(stage.testsRestores
      ? [gigabytes('Restore tests', Math.min(months - 1, kept) * tableGb, dynamodb.restoreGb)]
      : []),
  ];
}

/** Average of the full copies that exist during the month. */
export function backupsGb(
  { backups, retentionDays }: Pick<PricedStage, 'backups' | 'retentionDays'>,
  { months, tableGb }: Growth,
): number {
  const [start, end] = [(months - 1) * DAYS_PER_MONTH, months * DAYS_PER_MONTH];
  let sum = 0;
  for (const { everyDays, keptDays } of backups)
    for (let copy = 1; copy * everyDays < end; copy++) {
      const day = copy * everyDays;
      const daysInMonth = Math.max(0, Math.min(end, day + keptDays) - Math.max(start, day));
      sum += (Math.min(day, retentionDays) / DAYS_PER_MONTH) * tableGb * (daysInMonth / DAYS_PER_MONTH);
    }
  return sum;
}

/** The full copies that are made during the month. */
export function newCopiesGb(
  { backups, retentionDays }: Pick<PricedStage, 'backups' | 'retentionDays'>,
  { months, tableGb }: Growth,
): number {
  let sum = 0;
  for (const { everyDays } of backups)
    for (let day = everyDays; day < months * DAYS_PER_MONTH; day += everyDays)
      if (day >= (months - 1) * DAYS_PER_MONTH) sum += (Math.min(day, retentionDays) / DAYS_PER_MONTH) * tableGb;
  return sum;
}

/** Exports of what the month adds, and their storage in S3, which grows for ever: cheaper after a month and after three. */
export function archive({ dynamodb, s3 }: RegionPrices, { months, tableGb }: Growth) {
  const monthGb = tableGb * ASSUMED.archiveCompression;
  const kept = averageMonths(months);
  return [
    gigabytes('Exports to the archive', tableGb, dynamodb.exportGb),
    { ...gigabytes('Archive storage in S3', monthGb * kept, 0), usd: monthGb * agedUsdPerGb(s3, kept) },
  ];
}

/** The price of keeping the timestamps of a year for another year, in the table without backups, and in the archive. */
export function yearKept({ dynamodb, s3 }: RegionPrices, yearGb: number) {
  return {
    tableUsd: yearGb * 12 * (dynamodb.storageGbMonth + dynamodb.pitrGbMonth),
    archiveUsd: yearGb * ASSUMED.archiveCompression * 12 * s3.glacierInstantGbMonth,
    exportUsd: yearGb * dynamodb.exportGb,
  };
}

/** What a gigabyte of each of the last months costs a month: infrequent access after a month, Glacier after three. */
function agedUsdPerGb(s3: RegionPrices['s3'], months: number): number {
  const [standard, infrequent] = [Math.min(months, 1), Math.min(Math.max(months - 1, 0), 2)];
  return (
    standard * s3.standardGbMonth +
    infrequent * s3.infrequentGbMonth +
    Math.max(months - 3, 0) * s3.glacierInstantGbMonth
  );
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
  return { ...gigabytes('Access logs in S3', monthGb * kept, 0), usd: monthGb * agedUsdPerGb(s3, kept) };
}

/** How many months' worth of data exist on average during a month. */
function averageMonths(months: number): number {
  return months - 0.5;
}
