import { type AttributeValue, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { z } from 'zod';
import type { Runtime } from '../runtime.ts';
import {
  type Block,
  type BlockItem,
  blockSortKey,
  decodeBlock,
  encodeBlock,
  expiredBefore,
  lastMicros,
  shardKey,
  writeUnits,
} from '../timestamps/block.ts';
import { parseRecordId } from '../timestamps/id.ts';
import { dayOf, isoFromMicros } from '../timestamps/iso-time.ts';
import { type DayEntry, listRecords } from '../timestamps/listing.ts';
import type { BlockPage, BlockRead } from '../timestamps/newest-records.ts';
import type { ListPage, ListQuery, Micros, TimestampRecord } from '../timestamps/record.ts';
import type { RecordIds } from '../timestamps/record-ids.ts';
import type { StoredBlock, TimestampStore } from '../timestamps/store.ts';
import { type DynamoDBPort, getItem, isConditionMet, orUnavailable } from './client.ts';
import { createDayIndex, DAYS, type PutIndexed } from './day-index.ts';
import type { DirectPut } from './direct-put.ts';
import { BlockTakenError } from './refusal.ts';
import { type Deadline, deadlineIn, remainingMs, retry } from './retry.ts';

const READ_DEADLINE_MS = 8_000;

/** Short, because at the start of a process its caller logs the error and repeats it. */
const PROBE_DEADLINE_MS = 2_000;

/** The days that a listing reads at once. */
const DAYS_PAGE = 32;

/** A block as an item. Written by hand, because `marshall` is slower and every commit puts an item. */
export function toItem({
  pk,
  sk,
  instance,
  region,
  errorMicros,
  expires,
  count,
  lines,
}: BlockItem): Record<string, AttributeValue> {
  return {
    pk: { S: pk },
    sk: { S: sk },
    instance: { S: instance },
    ...(region !== undefined && { region: { S: region } }),
    ...(errorMicros !== undefined && { errorMicros: { N: String(errorMicros) } }),
    ...(expires !== undefined && { expires: { N: String(expires) } }),
    count: { N: String(count) },
    lines: { S: lines },
  };
}

const BlockSchema = z
  .object({
    pk: z.string(),
    sk: z.string(),
    instance: z.string(),
    region: z.string().optional(),
    errorMicros: z.number().optional(),
    expires: z.number().optional(),
    count: z.number(),
    lines: z.string(),
  })
  .transform(decodeBlock);
const DaySchema = z
  .object({ sk: z.string(), shards: z.number() })
  .transform(({ sk, shards }): DayEntry => ({ day: sk.slice(0, '2026-11-21'.length), shards }));

interface KeysBetween {
  readonly pk: string;
  readonly first: string;
  readonly last: string;
  readonly consistent: boolean;
}

type DaysOptions = Omit<KeysBetween, 'pk'> & { readonly deadline: Deadline };

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
  readonly client: DynamoDBPort;
  readonly table: string;
  readonly runtime: Runtime;
  readonly ids: RecordIds;
  /** The number of partition keys over which a day's blocks are distributed. @default TABLE.defaultShards */
  readonly shards?: number;
  /** @default - the stage has one region */
  readonly region?: string | undefined;
  /** Days for which timestamps are shown. @default - for ever */
  readonly retentionDays?: number | undefined;
  /** Sends the first attempt of a put. @default - the client sends every attempt */
  readonly directPut?: DirectPut | undefined;
}

/** The timestamps in DynamoDB. */
export class DynamoTimestamps implements TimestampStore {
  readonly #options: DynamoTimestampsOptions;
  readonly #putIndexed: PutIndexed;

  constructor(options: DynamoTimestampsOptions) {
    this.#options = options;
    this.#putIndexed = createDayIndex(options);
  }

  async putBlock(block: Block, deadlineMs: number): Promise<StoredBlock> {
    const item = encodeBlock(block);
    const deadline = this.#deadlineIn(deadlineMs);
    const blockDay = { day: item.pk.slice(0, 10), shard: block.shard };
    await this.#putIndexed(blockDay, deadline, () => this.#putOnce(item, deadline));
    return { writeUnits: writeUnits(item), state: 'stored' };
  }

  async getRecord(id: string, deadlineMs = READ_DEADLINE_MS): Promise<TimestampRecord | undefined> {
    const address = parseRecordId(id);
    if (!address || address.blockLast < this.#shownFrom) return undefined;
    const pk = shardKey(dayOf(address.blockLast), address.shard);
    const sk = blockSortKey(address.blockLast, address.writer, address.sequence);
    const item = await orUnavailable(this.#getItem(pk, sk, this.#deadlineIn(deadlineMs)));
    return item && this.#options.ids.find(BlockSchema.parse(item), id);
  }

  listRecords(query: ListQuery): Promise<ListPage> {
    const { consistent } = query;
    const deadline = this.#deadlineIn(READ_DEADLINE_MS);
    const page = listRecords(
      {
        days: ({ first, last }) => this.#days({ first: dayOf(first), last: `${dayOf(last)}~`, consistent, deadline }),
        blocks: (day, read) => this.#blocks(day, read, consistent, deadline),
      },
      this.#options.ids,
      { ...query, from: Math.max(query.from ?? 0, this.#shownFrom) },
    );
    return orUnavailable(page);
  }

  /** Expired blocks are not read, whether or not DynamoDB has deleted them, so that days without blocks cost nothing. */
  get #shownFrom(): Micros {
    const { runtime, retentionDays } = this.#options;
    return retentionDays === undefined ? 0 : Math.max(0, expiredBefore(runtime.wallMicros(), retentionDays));
  }

  async probe(): Promise<void> {
    await this.#getItem(DAYS, 'probe', this.#deadlineIn(PROBE_DEADLINE_MS));
  }

  /** A repeated put fails its condition; then the stored block is compared, in case a writer id is not unique. */
  async #putOnce(item: BlockItem, deadline: Deadline): Promise<void> {
    const { client, table, directPut } = this.#options;
    const put = { TableName: table, Item: toItem(item), ConditionExpression: 'attribute_not_exists(pk)' };
    if (await directPut?.(put, remainingMs(deadline))) return;
    const stored = retry(deadline, (abortSignal) => client.send(new PutItemCommand(put), { abortSignal }));
    if (await isConditionMet(stored)) return;
    const existing = await this.#getItem(item.pk, item.sk, deadline);
    if (existing?.['lines'] !== item.lines)
      throw new BlockTakenError(`block ${item.pk} ${item.sk} is taken by another writer`);
  }

  #getItem(pk: string, sk: string, deadline: Deadline): Promise<Record<string, unknown> | undefined> {
    return getItem(this.#options.client, this.#options.table, { pk, sk }, deadline);
  }

  #deadlineIn(ms: number): Deadline {
    return deadlineIn(ms, this.#options.runtime);
  }

  /** A day may have an entry of each region. Its shards are those of the entry with most. */
  async *#days(options: DaysOptions): AsyncGenerator<DayEntry> {
    let current: DayEntry | undefined;
    for await (const entry of this.#dayEntries(options)) {
      if (current && current.day !== entry.day) yield current;
      const known = current?.day === entry.day ? current.shards : 0;
      current = { day: entry.day, shards: Math.max(known, entry.shards) };
    }
    if (current) yield current;
  }

  async *#dayEntries({ first, last, consistent, deadline }: DaysOptions): AsyncGenerator<DayEntry> {
    const { client, table } = this.#options;
    let startKey: Record<string, AttributeValue> | undefined;
    do {
      const query = new QueryCommand({
        ...queryBetween(table, { pk: DAYS, first, last, consistent }),
        Limit: DAYS_PAGE,
        ExclusiveStartKey: startKey,
      });
      const { Items = [], LastEvaluatedKey } = await retry(deadline, (abortSignal) =>
        client.send(query, { abortSignal }),
      );
      for (const item of Items) yield DaySchema.parse(unmarshall(item));
      startKey = LastEvaluatedKey;
    } while (startKey !== undefined);
  }

  async #blocks(day: string, read: BlockRead, consistent: boolean, deadline: Deadline): Promise<BlockPage> {
    const { client, table } = this.#options;
    const { shard, range, after, limit } = read;
    const pk = shardKey(day, shard);
    // "~" sorts after the "#" that follows the time in a sort key.
    const [first, last] = [isoFromMicros(range.first), `${isoFromMicros(range.last)}~`];
    const query = new QueryCommand({
      ...queryBetween(table, { pk, first, last, consistent }),
      ...(after && { ExclusiveStartKey: marshall({ pk, sk: sortKeyOf(after) }) }),
      Limit: limit,
    });
    const { Items = [], LastEvaluatedKey } = await retry(deadline, (abortSignal) =>
      client.send(query, { abortSignal }),
    );
    return { blocks: Items.map((item) => BlockSchema.parse(unmarshall(item))), more: LastEvaluatedKey !== undefined };
  }
}
