import type { RegionPrices } from '../cli/prices.ts';
import { ASSUMED, gigabytes } from './items.ts';
import type { PricedStage } from './stage.ts';

const DAYS_PER_MONTH = 365 / 12;

/** Data of the n-th month after the start, in gigabytes; each month adds the same. All values are at the end of it. */
interface Growth {
  readonly months: number;
  /** Gigabytes that the table gains in a month. */
  readonly tableGb: number;
}

/** The table keeps every timestamp; its backups are full copies, because DynamoDB has no incremental ones. */
export function tableStorage({ dynamodb }: RegionPrices, stage: PricedStage, { months, tableGb }: Growth) {
  const storedGb = months * tableGb;
  return [
    gigabytes('DynamoDB storage', storedGb, dynamodb.storageGbMonth),
    gigabytes('Point-in-time recovery', storedGb, dynamodb.pitrGbMonth),
    gigabytes('Backups', backupsGb(stage, { months, tableGb }), dynamodb.backupGbMonth),
  ];
}

/** Sum of the full copies that are kept at the end of the month. */
export function backupsGb({ backups }: Pick<PricedStage, 'backups'>, { months, tableGb }: Growth): number {
  let sum = 0;
  for (const { everyDays, keptDays } of backups) {
    const endDay = months * DAYS_PER_MONTH;
    for (let day = everyDays; day <= endDay + 1e-9; day += everyDays)
      if (endDay - day < keptDays) sum += (day / DAYS_PER_MONTH) * tableGb;
  }
  return sum;
}

/** Logs in CloudWatch until their retention ends. */
export function logs({ cloudwatch }: RegionPrices, stage: PricedStage, name: string, monthGb: number, months: number) {
  const keptGb = monthGb * Math.min(months, stage.logRetentionDays / DAYS_PER_MONTH);
  const { usd, ...item } = gigabytes(name, monthGb, cloudwatch.logsGb);
  return { ...item, usd: usd + keptGb * cloudwatch.logsStorageGbMonth };
}

/** Access logs of the load balancer in S3, compressed: infrequent access after a month, Glacier after three. */
export function accessLogs({ s3 }: RegionPrices, requests: number, months: number) {
  const monthGb = (requests * ASSUMED.accessLogBytes) / 1e9;
  const [standard, infrequent] = [Math.min(months, 1), Math.min(Math.max(months - 1, 0), 2)];
  const archived = Math.max(months - 3, 0);
  const usd =
    monthGb * (standard * s3.standardGbMonth + infrequent * s3.infrequentGbMonth + archived * s3.glacierInstantGbMonth);
  return { ...gigabytes('Access logs in S3', monthGb * months, 0), usd };
}
