import { environmentSecrets } from '../../../server/secrets/secrets.ts';
import type { Block } from '../../../server/timestamps/block.ts';
import type { TimestampRecord } from '../../../server/timestamps/record.ts';
import { createRecordIds } from '../../../server/timestamps/record-ids.ts';

const { idKeys } = environmentSecrets({});

/** The ids of a server without a secret. */
export const recordIds = createRecordIds(() => idKeys);

/** The records of a stored block. */
export function recordsOf(block: Block): TimestampRecord[] {
  return recordIds.recordsOf(block);
}
