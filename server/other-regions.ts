import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { DynamoDBPort } from './dynamodb/client.ts';
import { createHeartbeats } from './dynamodb/heartbeats.ts';
import type { Telemetry } from './metrics/telemetry.ts';
import { type RegionWatch, startRegionWatch } from './regions/watch.ts';
import type { Runtime } from './runtime.ts';
import type { KnownTime } from './timestamps/known-times.ts';
import type { Micros } from './timestamps/record.ts';
import { createSettledUntil, type SettledUntil } from './timestamps/settled.ts';

export interface OtherRegionsOptions {
  readonly regions: Pick<NonNullable<Config['regions']>, 'own' | 'others'> | undefined;
  readonly client: DynamoDBPort;
  readonly table: string;
  /** The process's clock. */
  readonly now: () => Micros;
  /** The latest time at which no block of this region was durable only outside the table. */
  readonly tableCompleteUntil: KnownTime;
  readonly runtime: Runtime;
  readonly metrics: Telemetry['metrics'];
  readonly logger: Logger;
}

export interface OtherRegions extends Pick<RegionWatch, 'isCurrent' | 'stop'> {
  /** For the records of all regions. */
  readonly settledUntil: SettledUntil;
}

/** Follows how far the other regions have been replicated to this one, if there are any. */
export function followOtherRegions(options: OtherRegionsOptions): OtherRegions {
  const { regions, client, table, now, tableCompleteUntil, runtime, metrics, logger } = options;
  const ownSettledUntil = createSettledUntil({ now, tableCompleteUntil });
  if (regions === undefined || regions.others.length === 0)
    return { settledUntil: ownSettledUntil, isCurrent: () => true, stop: async () => undefined };
  const watch = startRegionWatch({
    ...regions,
    heartbeats: createHeartbeats({ client, table, runtime }),
    now,
    settledUntil: ownSettledUntil,
    runtime,
    onLag: (lagMicros) => metrics.set('replicationLag', lagMicros === undefined ? undefined : lagMicros / 1e6),
    onChange: (failing, err) =>
      logger.warn({ err }, failing ? 'regions: heartbeats failed, will be repeated' : 'regions: heartbeats recovered'),
  });
  const settledUntil = createSettledUntil({ now, tableCompleteUntil, othersCompleteUntil: watch.completeUntil });
  return { settledUntil, isCurrent: watch.isCurrent, stop: watch.stop };
}
