import { type Block, lastMicros } from './block.ts';
import type { TimestampRecord } from './record.ts';
import type { RecordIds } from './record-ids.ts';

/** The blocks of one shard of one day, in descending order of their last timestamps. */
export type ShardBlocks = AsyncIterator<Block>;

interface Head {
  readonly shard: ShardBlocks;
  readonly block: Block;
}

async function nextOf(shard: ShardBlocks): Promise<Head | undefined> {
  const { value, done } = await shard.next();
  return done ? undefined : { shard, block: value };
}

function newestFirst(a: TimestampRecord, b: TimestampRecord): number {
  return a.id < b.id ? 1 : -1;
}

/**
 * The records of several shards in exact order, newest first. Blocks overlap in time, and a block is stored under its
 * last timestamp. A record is therefore returned once no unread block can contain a newer one. Only records of
 * overlapping blocks are held in memory.
 */
export async function* mergeShards(
  shards: readonly ShardBlocks[],
  ids: Pick<RecordIds, 'recordsOf'>,
): AsyncGenerator<TimestampRecord> {
  let heads = (await Promise.all(shards.map(nextOf))).filter((head) => head !== undefined);
  let open: TimestampRecord[] = [];
  while (heads.length > 0) {
    const head = heads.reduce((a, b) => (lastMicros(b.block) > lastMicros(a.block) ? b : a));
    const bound = lastMicros(head.block);
    const end = open.findIndex((record) => record.micros <= bound);
    yield* end < 0 ? open : open.slice(0, end);
    open = end < 0 ? [] : open.slice(end);

    open = [...open, ...ids.recordsOf(head.block)].sort(newestFirst);
    const next = await nextOf(head.shard);
    heads = heads.filter((other) => other !== head);
    if (next) heads.push(next);
  }
  yield* open;
}
