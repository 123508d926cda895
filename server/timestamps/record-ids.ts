import { hash } from 'node:crypto';
import { type Block, lastMicros } from './block.ts';
import { blockSuffix, recordId, TAG_BYTES, tagText } from './id.ts';
import { isoFromMicros } from './iso-time.ts';
import type { Micros, RecordState, TimestampRecord } from './record.ts';

/** A key for the tags in ids. */
export interface IdKey {
  /** The key is used for blocks whose last timestamp is at or after this time, until a later key begins. */
  readonly from: Micros;
  /** At least 128 random bits, as ASCII text. */
  readonly key: string;
}

/** The records of blocks, with their ids. */
export interface RecordIds {
  /** The records of a block, oldest first. The state is that of the block: @default 'stored' */
  recordsOf(block: Block, state?: RecordState): TimestampRecord[];
  /** The record of a block with this id, whichever key its tag was made with. */
  find(block: Block, id: string, state?: RecordState): TimestampRecord | undefined;
}

/**
 * Gives records ids with a keyed tag, so that an id does not reveal those of other records. The tags of a block are the
 * output of SHAKE256 for key and block, and a line's tag takes its part of it: one call per block costs much less than
 * one HMAC per record (docs/decisions/0027). `keys` are ordered by `from`; the first begins at 0.
 */
export function createRecordIds(keys: () => readonly IdKey[]): RecordIds {
  return {
    recordsOf: (block, state = 'stored') => withIds(block, keyAt(keys(), lastMicros(block)), state),
    find: (block, id, state = 'stored') => {
      for (const { key } of keys()) {
        const found = withIds(block, key, state).find((record) => record.id === id);
        if (found) return found;
      }
      return undefined;
    },
  };
}

/** The key of a time: the last one that has begun. */
function keyAt(keys: readonly IdKey[], micros: Micros): string {
  const current = keys.findLast(({ from }) => from <= micros);
  if (!current) throw new Error(`no key for ids begins before ${isoFromMicros(micros)}`);
  return current.key;
}

function withIds(block: Block, key: string, state: RecordState): TimestampRecord[] {
  const { arrivals, instance, region, errorMicros, shard, writer, sequence } = block;
  const suffix = blockSuffix(shard, writer, sequence);
  const last = lastMicros(block);
  // The part after the key has a fixed width, so no two inputs are the same text.
  const input = key + recordId(last, last, suffix);
  const tags = hash('shake256', input, { outputEncoding: 'buffer', outputLength: TAG_BYTES * arrivals.length });
  return arrivals.map((arrival, line) => ({
    ...arrival,
    errorMicros,
    id: recordId(arrival.micros, last, suffix) + tagText(tags, line),
    instance,
    region,
    state,
  }));
}
