import {
  type AttributeValue,
  type DynamoDBClient,
  PutItemCommand,
  paginateQuery,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { z } from 'zod';
import { TABLE } from '../contract.ts';
import {
  type Block,
  type BlockItem,
  blockSortKey,
  decodeBlock,
  encodeBlock,
  lastMicros,
  shardKey,
  writeUnits,
} from '../timestamps/block.ts';
import { parseRecordId } from '../timestamps/id.ts';
import { dayOf, isoFromMicros } from '../timestamps/iso-time.ts';
import { type DayEntry, listRecords } from '../timestamps/listing.ts';
import type { BlockPage, BlockRead } from '../timestamps/newest-records.ts';
import type { ListPage, ListQuery, TimestampRecord } from '../timestamps/record.ts';
import type { RecordIds } from '../timestamps/record-ids.ts';
import type { StoredBlock, TimestampStore } from '../timestamps/store.ts';
import { getItem, isConditionMet, withinDeadline } from './client.ts';
import type { DirectPut } from './direct-put.ts';

/** Partition key of the index of days with records. */
const DAYS = 'days';

/** Aborts at a time of `performance.now()`. Direct puts use no signal, because it stays in memory until it aborts. */
function abortAt(endMs: number): AbortSignal {
  return AbortSignal.timeout(Math.max(1, Math.ceil(endMs - performance.now())));
}

const READ_DEADLINE_MS = 8_000;

/** A block as an item. Written by hand, because `marshall` is slower and every commit puts an item. */
function toItem({ pk, sk, instance, count, lines }: BlockItem): Record<string, AttributeValue> {
  return {
    pk: { S: pk },
    sk: { S: sk },
    instance: { S: instance },
    count: { N: String(count) },
    lines: { S: lines },
  };
}

const BlockSchema = z
  .object({ pk: z.string(), sk: z.string(), instance: z.string(), count: z.number(), lines: z.string() })
  .transform(decodeBlock);
const DaySchema = z
  .object({ sk: z.string(), shards: z.number() })
  .transform(({ sk: day, shards }): DayEntry => ({ day, shards }));

interface KeysBetween {
  readonly pk: string;
  readonly first: string;
  readonly last: string;
  readonly consistent: boolean;
}

type DaysOptions = Omit<KeysBetween, 'pk'> & { readonly abortSignal: AbortSignal };

/** Items of a partition between two sort keys, inclusive, in descending order of their sort keys. */
function queryBetween(table: string, { pk, first, last, consistent }: KeysBetween) {
  return {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: marshall({ ':pk': pk, ':first': first, ':last': last }),
    ScanIndexForward: false,
    ConsistentRead: consistent,
  };
}

function sortKeyOf(block: Block): string {
  return blockSortKey(lastMicros(block), block.writer, block.sequence);
}

export interface DynamoTimestampsOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly ids: RecordIds;
  /** The number of partition keys over which a day's blocks are distributed. @default TABLE.defaultShards */
  readonly shards?: number;
  /** Sends the first attempt of a put. @default - the client sends every attempt */
  readonly directPut?: DirectPut | undefined;
}

/** The timestamps in DynamoDB. */
export class DynamoTimestamps implements TimestampStore {
  readonly #options: DynamoTimestampsOptions;
  readonly #indexedDays = new Map<string, Promise<void>>();

  constructor(options: DynamoTimestampsOptions) {
    this.#options = options;
  }

  async putBlock(block: Block, deadlineMs: number): Promise<StoredBlock> {
    const item = encodeBlock(block);
    const endMs = performance.now() + deadlineMs;
    await Promise.all([this.#putOnce(item, endMs), this.#indexDay(item.pk.slice(0, 10), endMs)]);
    return { writeUnits: writeUnits(item), state: 'stored' };
  }

  async getRecord(id: string): Promise<TimestampRecord | undefined> {
    const address = parseRecordId(id);
    if (!address) return undefined;
    const pk = shardKey(dayOf(address.blockLast), address.shard);
    const sk = blockSortKey(address.blockLast, address.writer, address.sequence);
    const item = await withinDeadline(READ_DEADLINE_MS, (abortSignal) => this.#getItem(pk, sk, abortSignal));
    return item && this.#options.ids.find(BlockSchema.parse(item), id);
  }

  listRecords(query: ListQuery): Promise<ListPage> {
    return withinDeadline(READ_DEADLINE_MS, (abortSignal) => {
      const { consistent } = query;
      return listRecords(
        {
          days: (range) => {
            const [first, last] = [dayOf(range.first), dayOf(range.last)];
            return this.#days({ first, last, consistent, abortSignal });
          },
          blocks: (day, read) => this.#blocks(day, read, consistent, abortSignal),
        },
        this.#options.ids,
        query,
      );
    });
  }

  async probe(): Promise<void> {
    await this.#getItem(DAYS, 'probe', AbortSignal.timeout(READ_DEADLINE_MS));
  }

  /** A repeated put fails its condition; then the stored block is compared, in case a writer id is not unique. */
  async #putOnce(item: BlockItem, endMs: number): Promise<void> {
    const { client, table, directPut } = this.#options;
    const put = { TableName: table, Item: toItem(item), ConditionExpression: 'attribute_not_exists(pk)' };
    if (await directPut?.(put, endMs - performance.now())) return;
    const abortSignal = abortAt(endMs);
    if (await isConditionMet(client.send(new PutItemCommand(put), { abortSignal }))) return;
    const stored = await this.#getItem(item.pk, item.sk, abortSignal);
    if (stored?.['lines'] !== item.lines) throw new Error(`block ${item.pk} ${item.sk} is taken by another writer`);
  }

  /** Adds the day to the index, once per day and process, before its first block is acknowledged. */
  #indexDay(day: string, endMs: number): Promise<void> {
    const indexed = this.#indexedDays.get(day);
    if (indexed) return indexed;
    const added = this.#putDay(day, abortAt(endMs)).catch((error: unknown) => {
      this.#indexedDays.delete(day);
      throw error;
    });
    this.#indexedDays.clear();
    this.#indexedDays.set(day, added);
    return added;
  }

  /** The entry holds the greatest number of shards with which any writer of the day was configured. */
  async #putDay(day: string, abortSignal: AbortSignal): Promise<void> {
    const { client, table, shards = TABLE.defaultShards } = this.#options;
    const update = new UpdateItemCommand({
      TableName: table,
      Key: marshall({ pk: DAYS, sk: day }),
      UpdateExpression: 'SET shards = :shards',
      ConditionExpression: 'attribute_not_exists(shards) OR shards < :shards',
      ExpressionAttributeValues: marshall({ ':shards': shards }),
    });
    await isConditionMet(client.send(update, { abortSignal }));
  }

  #getItem(pk: string, sk: string, abortSignal: AbortSignal): Promise<Record<string, unknown> | undefined> {
    return getItem(this.#options.client, this.#options.table, { pk, sk }, abortSignal);
  }

  async *#days({ first, last, consistent, abortSignal }: DaysOptions): AsyncGenerator<DayEntry> {
    const { client, table } = this.#options;
    const query = queryBetween(table, { pk: DAYS, first, last, consistent });
    for await (const { Items = [] } of paginateQuery({ client, pageSize: 32 }, query, { abortSignal }))
      for (const item of Items) yield DaySchema.parse(unmarshall(item));
  }

  async #blocks(day: string, read: BlockRead, consistent: boolean, abortSignal: AbortSignal): Promise<BlockPage> {
    const { client, table } = this.#options;
    const { shard, range, after, limit } = read;
    const pk = shardKey(day, shard);
    // "~" sorts after the "#" that follows the time in a sort key.
    const [first, last] = [isoFromMicros(range.first), `${isoFromMicros(range.last)}~`];
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        ...queryBetween(table, { pk, first, last, consistent }),
        ...(after && { ExclusiveStartKey: marshall({ pk, sk: sortKeyOf(after) }) }),
        Limit: limit,
      }),
      { abortSignal },
    );
    return { blocks: Items.map((item) => BlockSchema.parse(unmarshall(item))), more: LastEvaluatedKey !== undefined };
  }
}
