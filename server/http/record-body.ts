import type { z } from 'zod';
import { isoFromMicros } from '../timestamps/iso-time.ts';
import type { TimestampRecord } from '../timestamps/record.ts';
import type { RecordSchema } from './schemas.ts';

/** A record as clients see it. */
export type RecordBody = z.infer<typeof RecordSchema>;

export const recordBody = (record: TimestampRecord): RecordBody => ({
  timestamp: isoFromMicros(record.micros),
  id: record.id,
  traceId: record.traceId,
  clientAddress: record.clientAddress,
  protocol: record.protocol,
  instance: record.instance,
});
