import { ServiceError } from '../../../server/errors.ts';
import type { TimestampRecord } from '../../../server/timestamps/record.ts';
import type { ServerProcess } from '../actors/server-process.ts';
import type { World } from '../world.ts';

/** An acknowledged record can be read by its id from any process, also while it is spilled. */
export function checkReading(world: World, process: ServerProcess, { id, traceId }: TimestampRecord): Promise<void> {
  const read = async () => {
    try {
      const found = await process.getRecord(id);
      if (found?.traceId !== traceId)
        world.violate('reading', `${id} of …${traceId.slice(-4)} is read as ${found?.traceId ?? 'nothing'}`);
    } catch (error) {
      if (!(error instanceof ServiceError)) world.violate('no-defects', String((error as Error).stack));
    }
  };
  return new Promise((resolve) => {
    world.scheduler.after(500, () => void read().then(resolve), process);
  });
}
