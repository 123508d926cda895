import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { TABLE } from '../contract.ts';
import { type DynamoDBPort, isConditionMet } from './client.ts';
import { type Deadline, retry } from './retry.ts';

/** Partition key of the index of days with records. */
export const DAYS = 'days';

/** Entries that a process remembers; its blocks are of one day, or of two around midnight. */
const MAX_REMEMBERED = 8;

export interface DayIndexOptions {
  readonly client: DynamoDBPort;
  readonly table: string;
  /** The number of partition keys over which a day's blocks are distributed. @default TABLE.defaultShards */
  readonly shards?: number;
  /** @default - the stage has one region */
  readonly region?: string | undefined;
}

/** A day (`2026-11-21`), and the shard of a block of that day. */
export interface BlockDay {
  readonly day: string;
  readonly shard: number;
}

/**
 * Adds a day to the index, once per process, and then puts a block. Rejects if the day was not added before the
 * deadline, or with the error of the put. After such an error, days are added again: the table may be a new one.
 */
export type PutIndexed = <T>(blockDay: BlockDay, deadline: Deadline, put: () => Promise<T>) => Promise<T>;

/**
 * The index of days. A listing reads only days in the index, so a block may be put only after its day is there: then
 * each block in the table is listed, however its requests were answered. The entry of a day has the greatest number of
 * shards with which any writer of the day was configured. A drained block may be that of a writer with more shards.
 * Each of several regions has its own entry, `2026-11-21#eu-west-1`: replication keeps the last of two writes, which
 * need not be the one with more shards.
 */
export function createDayIndex(options: DayIndexOptions): PutIndexed {
  const { client, table, shards = TABLE.defaultShards, region } = options;
  const indexed = new Set<string>();

  async function add({ day, shard }: BlockDay, deadline: Deadline): Promise<void> {
    const needed = Math.max(shards, shard + 1);
    const entry = `${day} ${needed}`;
    if (indexed.has(entry)) return;
    const update = new UpdateItemCommand({
      TableName: table,
      Key: marshall({ pk: DAYS, sk: region === undefined ? day : `${day}#${region}` }),
      UpdateExpression: 'SET shards = :shards',
      ConditionExpression: 'attribute_not_exists(shards) OR shards < :shards',
      ExpressionAttributeValues: marshall({ ':shards': needed }),
    });
    await isConditionMet(retry(deadline, (abortSignal) => client.send(update, { abortSignal })));
    if (indexed.size >= MAX_REMEMBERED) indexed.clear();
    indexed.add(entry);
  }

  return async (blockDay, deadline, put) => {
    await add(blockDay, deadline);
    try {
      return await put();
    } catch (error) {
      indexed.clear();
      throw error;
    }
  };
}
