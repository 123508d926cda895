import type { Block } from './block.ts';
import type { ListPage, ListQuery, TimestampRecord } from './record.ts';

/** The port to the table. `../dynamodb/timestamps.ts` is its adapter. */
export interface TimestampStore {
  /**
   * Stores the block durably and exactly once, whatever is retried, and returns its cost. Rejects when that did not
   * succeed within `deadlineMs`; the block may be stored nevertheless.
   */
  putBlock(block: Block, deadlineMs: number): Promise<{ readonly writeUnits: number }>;
  /** The record with this id, or `undefined`. */
  getRecord(id: string): Promise<TimestampRecord | undefined>;
  /** A page of records, newest first. */
  listRecords(query: ListQuery): Promise<ListPage>;
  /** Reads one item; rejects when the table is absent or access is denied. */
  probe(): Promise<void>;
}
