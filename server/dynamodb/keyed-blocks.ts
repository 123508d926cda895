import { ServiceError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { type Block, encodeBlock, largestError, writeUnits } from '../timestamps/block.ts';
import type { KeyedArrival } from '../timestamps/keyed-arrival.ts';
import type { TimestampRecord } from '../timestamps/record.ts';
import type { RecordIds } from '../timestamps/record-ids.ts';
import type { StoredBlock, TimestampStore } from '../timestamps/store.ts';
import type { DynamoDBPort } from './client.ts';
import type { PutIndexed } from './day-index.ts';
import { KEY_WRITE_UNITS, putKey, resultOf } from './key-items.ts';
import { BlockTakenError } from './refusal.ts';
import { type Deadline, deadlineIn, remainingMs } from './retry.ts';
import { toItem } from './timestamps.ts';
import { IF_NEW, putTogether } from './transact.ts';

export interface KeyedBlocksOptions {
  readonly client: DynamoDBPort;
  readonly table: string;
  readonly runtime: Runtime;
  readonly ids: Pick<RecordIds, 'recordsOf'>;
  readonly putIndexed: PutIndexed;
  /** Whether another region may have put a key, whose block then arrives earlier or later. @default false */
  readonly isReplicated?: boolean;
  readonly getRecord: (id: string, deadlineMs: number) => Promise<TimestampRecord | undefined>;
}

/** An arrival and its place in the block that was to be stored. */
interface Placed {
  readonly place: number;
  readonly arrival: KeyedArrival;
}

type Answer = TimestampRecord | Error;

/**
 * Stores blocks of arrivals with keys: one transaction puts the block and the item of each key, all or nothing. If a key
 * exists, its request is answered with the record of the first one, and the rest is stored without it.
 */
export class KeyedBlocks implements Pick<TimestampStore, 'putBlock'> {
  readonly #options: KeyedBlocksOptions;

  constructor(options: KeyedBlocksOptions) {
    this.#options = options;
  }

  /** The arrivals are {@link KeyedArrival}s, at most `MAX_KEYS`. Their answers are in the result. */
  async putBlock(block: Block, deadlineMs: number): Promise<StoredBlock> {
    const deadline = deadlineIn(deadlineMs, this.#options.runtime);
    const answers: Promise<Answer>[] = [];
    let units = 0;
    let rest = block.arrivals.map((arrival, place): Placed => ({ place, arrival: arrival as KeyedArrival }));
    while (rest.length > 0) {
      const part = partOf(block, rest);
      const records = this.#options.ids.recordsOf(part);
      const existing = await this.#put(part, rest, records, deadline);
      units += 2 * writeUnits(encodeBlock(part)) + KEY_WRITE_UNITS * rest.length;
      const known = rest.filter((_, index) => existing[index] !== undefined);
      for (const [index, { place, arrival }] of rest.entries()) {
        const item = existing[index];
        if (item !== undefined) answers[place] = this.#firstResult(item, arrival, deadline);
        else if (known.length === 0) answers[place] = Promise.resolve(records[index] as TimestampRecord);
      }
      if (known.length === 0) break;
      rest = rest.filter((each) => !known.includes(each));
    }
    return { writeUnits: units, state: 'stored', recorded: rest.length, answers: await Promise.all(answers) };
  }

  /**
   * Returns the items of those keys that exist; an empty list once the block is stored. The block has the key of the
   * whole block, also if it is a part of it. That is safe: an earlier attempt with the whole block cannot succeed any
   * more, because one of its keys exists.
   */
  async #put(
    part: Block,
    placed: readonly Placed[],
    records: readonly TimestampRecord[],
    deadline: Deadline,
  ): Promise<readonly unknown[]> {
    const { client, table, runtime, putIndexed } = this.#options;
    const item = encodeBlock(part);
    const wallMicros = runtime.wallMicros();
    const keys = placed.map(({ arrival }, index) =>
      putKey(arrival.key, (records[index] as TimestampRecord).id, wallMicros),
    );
    const blockDay = { day: item.pk.slice(0, 10), shard: part.shard };
    const puts = [{ Item: toItem(item), ...IF_NEW }, ...keys];
    const [ofBlock, ...ofKeys] = await putIndexed(blockDay, deadline, () => putTogether(client, table, puts, deadline));
    if (ofBlock === undefined) return ofKeys.map((failed) => failed?.existing);
    // An earlier attempt has stored it, and its answer was lost.
    if (ofBlock.existing['lines'] === item.lines) return [];
    throw new BlockTakenError(`block ${item.pk} ${item.sk} is taken by another writer`);
  }

  /** The record that the first request with a key was answered with, or why there is none. Never rejects. */
  async #firstResult(existing: unknown, { key }: KeyedArrival, deadline: Deadline): Promise<Answer> {
    try {
      const id = resultOf(existing, key);
      const record = await this.#options.getRecord(id, remainingMs(deadline));
      if (record !== undefined) return record;
      if (this.#options.isReplicated) return notYetReplicated();
      return new Error(`record ${id} of an idempotency key is not in the table`);
    } catch (error) {
      return error as Error;
    }
  }
}

function notYetReplicated(): ServiceError {
  const message = 'the record of this Idempotency-Key is still being replicated from another region';
  return new ServiceError('unavailable', message, { retryAfterS: 1 });
}

/** The block with some of its arrivals, without their keys. */
function partOf(block: Block, placed: readonly Placed[]): Block {
  const arrivals = placed.map(({ arrival: { key: _, ...arrival } }) => arrival);
  return { ...block, errorMicros: largestError(arrivals), arrivals };
}
