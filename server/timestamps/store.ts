import type { Block } from './block.ts';
import type { ListPage, ListQuery, TimestampRecord } from './record.ts';

/** The port to the table, implemented by `../dynamodb/timestamps.ts`. */
export interface TimestampStore {
  /**
   * Stores the block durably and exactly once, despite retries, and returns its cost. Rejects if that did not succeed
   * within `deadlineMs`; the block may still have been stored.
   */
  putBlock(block: Block, deadlineMs: number): Promise<{ readonly writeUnits: number }>;
  /** The record with this id, or `undefined`. */
  getRecord(id: string): Promise<TimestampRecord | undefined>;
  /** A page of records, newest first. */
  listRecords(query: ListQuery): Promise<ListPage>;
  /** Reads one item; rejects if the table does not exist or access is denied. */
  probe(): Promise<void>;
}
