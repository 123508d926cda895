import type { Logger } from 'pino';
import { isItemRefusal } from './dynamodb/refusal.ts';
import type { Telemetry } from './metrics/telemetry.ts';
import type { Runtime } from './runtime.ts';
import type { SpillBucket } from './spill/bucket.ts';
import { createDrainer } from './spill/drainer.ts';
import { createSpill } from './spill/spill.ts';
import { createDurableBlocks } from './timestamps/durable-blocks.ts';
import type { KnownTime } from './timestamps/known-times.ts';
import type { RecordIds } from './timestamps/record-ids.ts';
import type { TimestampStore } from './timestamps/store.ts';

export interface DurableStoreOptions {
  readonly table: TimestampStore;
  /** @default - the table is the only durable store */
  readonly bucket?: SpillBucket | undefined;
  readonly ids: RecordIds;
  readonly runtime: Runtime;
  readonly metrics: Telemetry['metrics'];
  readonly logger: Logger;
}

export interface DurableStore extends TimestampStore {
  /** Whether the table has every acknowledged timestamp, as far as this process knows. */
  readonly isComplete: () => boolean;
  /** The latest time at which nothing was spilled. */
  readonly emptyAtMicros: KnownTime;
  /** Ends the drain; resolves after the objects that are being moved. */
  readonly stop: () => Promise<void>;
}

/** The table with the spill bucket behind it, which this process also drains. */
export function createDurableStore(options: DurableStoreOptions): DurableStore {
  const { table, bucket, ids, runtime, metrics, logger } = options;
  const listRecords: TimestampStore['listRecords'] = (query) => table.listRecords(query);
  const probe = () => table.probe();
  if (!bucket)
    return {
      putBlock: (block, deadlineMs) => table.putBlock(block, deadlineMs),
      getRecord: (id, deadlineMs) => table.getRecord(id, deadlineMs),
      listRecords,
      probe,
      isComplete: () => true,
      emptyAtMicros: () => runtime.wallMicros(),
      stop: async () => undefined,
    };

  const drainer = createDrainer({
    bucket,
    table,
    isRefusal: isItemRefusal,
    runtime,
    onMoved: ({ timestamps, writeUnits }) => {
      metrics.count('writeUnits', writeUnits);
      logger.info({ timestamps, writeUnits }, 'drain: moved a spilled block into the table');
    },
    onDeadLetter: (facts) =>
      logger.error(facts, 'drain: the table refuses a spilled block, which is a dead letter now'),
    onState: ({ oldestAgeS, deadLetters }) => {
      metrics.set('oldestSpillAge', oldestAgeS);
      if (deadLetters !== undefined) metrics.set('deadLetters', deadLetters);
    },
    onChange: (failing, err) => logger.warn({ err }, failing ? 'drain: failed, will be repeated' : 'drain: recovered'),
  });
  const spill = createSpill({ bucket, runtime, onPut: drainer.put });
  const blocks = createDurableBlocks({
    table,
    spill,
    ids,
    isRefusal: isItemRefusal,
    runtime,
    onChange: (state, err) => {
      if (state === 'available') drainer.wake();
      logger.warn({ err }, state === 'available' ? 'table available again' : 'table unavailable, spilling blocks');
    },
  });
  drainer.start();
  return {
    ...blocks,
    listRecords,
    probe,
    isComplete: drainer.isEmpty,
    emptyAtMicros: drainer.emptyAtMicros,
    stop: drainer.stop,
  };
}
