import { TIMEOUTS_MS } from '../contract.ts';
import { ServiceError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import type { Block } from './block.ts';
import { createBreaker } from './breaker.ts';
import { parseRecordId, type RecordAddress } from './id.ts';
import type { TimestampRecord } from './record.ts';
import type { RecordIds } from './record-ids.ts';
import type { StoredBlock, TimestampStore } from './store.ts';

/** The port to the second durable store, implemented by `../spill/spill.ts`. */
export interface BlockSpill {
  /** Stores the block durably, despite retries. Rejects if that did not succeed in time; it may still be stored. */
  putBlock(block: Block, deadlineMs: number): Promise<void>;
  /** The block of this address, or `undefined`. */
  getBlock(address: RecordAddress, deadlineMs: number): Promise<Block | undefined>;
}

export interface DurableBlocksOptions {
  readonly table: Pick<TimestampStore, 'putBlock' | 'getRecord'>;
  readonly spill: BlockSpill;
  readonly ids: Pick<RecordIds, 'find'>;
  /** Whether the table refused the block itself, so that it would refuse it later as well. */
  readonly isRefusal: (error: unknown) => boolean;
  readonly runtime: Runtime;
  readonly onChange: (table: 'unavailable' | 'available', error?: unknown) => void;
}

/**
 * Stores each block in the table or, if the table does not take it within its share of the time, in the spill. While
 * the circuit breaker is open, blocks go directly to the spill. A block may end up in both, under the same key.
 */
export function createDurableBlocks(options: DurableBlocksOptions): Pick<TimestampStore, 'putBlock' | 'getRecord'> {
  const { table, spill, ids, isRefusal, runtime, onChange } = options;
  const breaker = createBreaker({
    runtime,
    onChange: (state, error) => onChange(state === 'open' ? 'unavailable' : 'available', error),
  });

  /** Resolves with `undefined` if the table cannot take the block now; rejects if it refuses the block. */
  async function putInTable(block: Block, deadlineMs: number): Promise<StoredBlock | undefined> {
    try {
      const stored = await table.putBlock(block, deadlineMs);
      breaker.succeeded();
      return stored;
    } catch (error) {
      if (isRefusal(error)) throw error;
      breaker.failed(error);
      return undefined;
    }
  }

  async function putBlock(block: Block, deadlineMs: number): Promise<StoredBlock> {
    const endMs = runtime.monotonicMs() + deadlineMs;
    const remainingMs = () => endMs - runtime.monotonicMs();
    const shareMs = Math.min(TIMEOUTS_MS.tableShare, deadlineMs / 3);
    const stored = breaker.isOpen() ? undefined : await putInTable(block, shareMs);
    if (stored) return stored;
    // The spill acknowledges this block, so the outcome of its put into the table delays no request.
    void breaker.probe(() => table.putBlock(block, TIMEOUTS_MS.tableShare));
    try {
      await spill.putBlock(block, remainingMs() - shareMs);
      return { writeUnits: 0, state: 'accepted' };
    } catch (spillError) {
      const late = await putInTable(block, remainingMs());
      if (late) return late;
      throw new Error('neither the table nor the spill stored a block in time', { cause: spillError });
    }
  }

  async function getSpilled(id: string, deadlineMs: number): Promise<TimestampRecord | undefined> {
    const address = parseRecordId(id);
    const block = address && (await spill.getBlock(address, deadlineMs));
    return block && ids.find(block, id, 'accepted');
  }

  async function getRecord(id: string): Promise<TimestampRecord | undefined> {
    const shareMs = TIMEOUTS_MS.answer / 4;
    const spilled = breaker.isOpen() ? await getSpilled(id, shareMs).catch(() => undefined) : undefined;
    if (spilled) return spilled;
    const stored = await outcomeOf(table.getRecord(id, shareMs));
    if (stored.value) return stored.value;
    const found = await outcomeOf(getSpilled(id, shareMs));
    if (found.value) return found.value;
    const failure = stored.error ?? found.error;
    if (failure !== undefined)
      throw new ServiceError('unavailable', 'the database did not answer in time', { retryAfterS: 1, cause: failure });
    // Between the two reads, the block may have been moved into the table.
    return table.getRecord(id, shareMs);
  }

  return { putBlock, getRecord };
}

async function outcomeOf<T>(call: Promise<T>): Promise<{ readonly value?: T; readonly error?: unknown }> {
  try {
    return { value: await call };
  } catch (error) {
    return { error };
  }
}
