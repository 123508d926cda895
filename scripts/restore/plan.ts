import { textTable } from '../cli/table.ts';
import { lastComparedDay } from './compare.ts';
import { type RestorePrices, restorePrice, sizeText } from './price.ts';
import { lastDuration, type RestoreRecord } from './record.ts';

/** The name of a new table: the stage's, and the second in which the restore was begun. */
export function restoredTableName(stage: string, startedAt: Date): string {
  return `stampede-${stage}-${startedAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}`;
}

/** What a restore will do, what it costs, and how long the last one took. */
export function planText(
  record: RestoreRecord,
  regions: number,
  prices: RestorePrices,
  records: readonly RestoreRecord[],
): string {
  const { stage, source, table, at, backup, verifyOnly, sizeBytes } = record;
  const price = prices ? `about ${restorePrice(sizeBytes, prices).toFixed(2)} USD` : 'unknown in this region';
  const then = verifyOnly
    ? ['removes it again; the stage is not changed']
    : [
        'sets point-in-time recovery, TTL, tags, Contributor Insights, throughput and deletion protection',
        ...(regions > 1
          ? ['removes what the regions knew of each other then: otherwise settledUntil would wait as long again']
          : []),
        regions > 1
          ? `leaves the deployment to you: the stage has ${regions} regions, and the new table has no replica`
          : `deploys stage ${stage} with --set tableName=${table}, which replaces every instance`,
      ];
  const rows = [
    ['restores', backup ?? `the table ${source} as of ${at}`],
    ['to', `the new table ${table}, encrypted with the key of the stage`],
    ['verifies', `the days up to ${lastComparedDay(at)}, and the users created on them`],
    ...then.map((text) => ['then', text]),
    ['loses', `what was acknowledged after ${at}: it stays in ${source}, if that table still exists`],
    ['costs', `${price} for ${sizeText(sizeBytes)} (DynamoDB measures the size about every six hours)`],
    ['takes', durationText(records, stage)],
  ];
  return textTable(rows);
}

function durationText(records: readonly RestoreRecord[], stage: string): string {
  const last = lastDuration(records, stage);
  if (!last) return 'minutes to hours; no restore of this stage is recorded here';
  const { startedAt, sizeBytes, restoreSeconds, rtoSeconds } = last;
  const whole = rtoSeconds === undefined ? '' : `, ${minutes(rtoSeconds)} in all`;
  return `the last time (${startedAt.slice(0, 10)}, ${sizeText(sizeBytes)}) ${minutes(restoreSeconds)} until AWS was done${whole}`;
}

/** A duration for people. */
export function minutes(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
