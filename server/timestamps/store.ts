import type { Block } from './block.ts';
import type { ListPage, ListQuery, TimestampRecord } from './record.ts';

/** What a committed block cost. */
export interface Committed {
  readonly writeUnits: number;
}

/** The port to the table. `../dynamodb/timestamps.ts` is its adapter. */
export interface TimestampStore {
  /**
   * Stores the block durably, once, however often it is tried on the way there. Rejects, with whatever was in the
   * way, when that did not succeed within `deadlineMs`; the block may be stored nevertheless.
   */
  putBlock(block: Block, deadlineMs: number): Promise<Committed>;
  /** The record with this id, or `undefined`. */
  getRecord(id: string): Promise<TimestampRecord | undefined>;
  /** A page of records, newest first. */
  listRecords(query: ListQuery): Promise<ListPage>;
  /** Reads one item, to prove that the table is there and may be used. */
  probe(): Promise<void>;
}
