import { deadlineIn } from '../retry.ts';
import type { Runtime } from '../runtime.ts';
import { type Block, blockSortKey, decodeBlock, encodeBlock, shardKey } from '../timestamps/block.ts';
import type { BlockSpill } from '../timestamps/durable-blocks.ts';
import type { RecordAddress } from '../timestamps/id.ts';
import { dayOf } from '../timestamps/iso-time.ts';
import type { SpillBucket } from './bucket.ts';
import { objectText, readObject, spillKey } from './object.ts';

export interface SpillOptions {
  readonly bucket: SpillBucket;
  readonly runtime: Runtime;
  /** Called before a block may be in the bucket, and when its put has ended. */
  readonly onPut?: (stage: 'begun' | 'ended') => void;
}

/** Blocks as objects of a bucket. */
export function createSpill({ bucket, runtime, onPut }: SpillOptions): BlockSpill {
  async function putBlock(block: Block, deadlineMs: number): Promise<void> {
    const deadline = deadlineIn(deadlineMs, runtime);
    const item = encodeBlock(block);
    const [key, text] = [spillKey(item), objectText(item)];
    // An object with this key is that of an earlier attempt, unless a writer id is not unique. If it has gone, a drain
    // has moved it, and a second object does no harm.
    while (!(await bucket.create(key, text, deadline))) {
      const existing = await bucket.get(key, deadline);
      if (existing === text) return;
      if (existing !== undefined) throw new Error(`the object ${key} is taken by another writer`);
    }
  }

  return {
    async putBlock(block, deadlineMs) {
      onPut?.('begun');
      try {
        await putBlock(block, deadlineMs);
      } finally {
        onPut?.('ended');
      }
    },
    async getBlock({ blockLast, shard, writer, sequence }: RecordAddress, deadlineMs: number) {
      const pk = shardKey(dayOf(blockLast), shard);
      const key = spillKey({ pk, sk: blockSortKey(blockLast, writer, sequence) });
      const text = await bucket.get(key, deadlineIn(deadlineMs, runtime));
      return text === undefined ? undefined : decodeBlock(readObject(key, text));
    },
  };
}
