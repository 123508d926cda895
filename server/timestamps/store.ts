import type { Block } from './block.ts';
import type { ListPage, ListQuery, RecordState, TimestampRecord } from './record.ts';

/** Where a block is durable, and the write units that it consumed in the table. */
export interface StoredBlock {
  readonly writeUnits: number;
  readonly state: RecordState;
  /** The number of timestamps that were recorded. @default - all */
  readonly recorded?: number;
  /** The answer for each timestamp, in order. @default - the records of the block */
  readonly answers?: readonly (TimestampRecord | Error)[];
}

/** The port to the table, implemented by `../dynamodb/timestamps.ts`. */
export interface TimestampStore {
  /**
   * Stores the block durably and exactly once, despite retries. Rejects if that did not succeed within `deadlineMs`;
   * the block may still have been stored.
   */
  putBlock(block: Block, deadlineMs: number): Promise<StoredBlock>;
  /** The record with this id, or `undefined`. Rejects after `deadlineMs`: @default 8,000 */
  getRecord(id: string, deadlineMs?: number): Promise<TimestampRecord | undefined>;
  /** A page of records, newest first. */
  listRecords(query: ListQuery): Promise<ListPage>;
  /** Reads one item; rejects if the table does not exist or access is denied. */
  probe(): Promise<void>;
}
