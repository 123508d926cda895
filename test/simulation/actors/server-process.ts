import type { Logger } from 'pino';
import { createDurableStore, type DurableStore } from '../../../server/durable-store.ts';
import { createDayIndex } from '../../../server/dynamodb/day-index.ts';
import { KeyedBlocks } from '../../../server/dynamodb/keyed-blocks.ts';
import { DynamoTimestamps } from '../../../server/dynamodb/timestamps.ts';
import { DynamoUsers } from '../../../server/dynamodb/users.ts';
import { createKeysInUse, idempotencyKey } from '../../../server/idempotency/key.ts';
import type { Telemetry } from '../../../server/metrics/telemetry.ts';
import { followOtherRegions } from '../../../server/other-regions.ts';
import { S3Bucket } from '../../../server/spill/s3-bucket.ts';
import { type Clock, createClock, type Reading, watchClock } from '../../../server/timestamps/clock.ts';
import { type CommitObserver, GroupCommit } from '../../../server/timestamps/group-commit.ts';
import { type KeyedArrival, MAX_KEYS } from '../../../server/timestamps/keyed-arrival.ts';
import type { Arrival, ListPage, ListQuery, TimestampRecord } from '../../../server/timestamps/record.ts';
import { createRecordIds } from '../../../server/timestamps/record-ids.ts';
import type { SettledUntil } from '../../../server/timestamps/settled.ts';
import type { NewUser, User } from '../../../server/users/users.ts';
import { type Random, randomOf } from '../engine/random.ts';
import { LARGEST_ERROR_MICROS, type SystemClock, simulatedRuntime } from '../engine/runtime.ts';
import type { Owner } from '../engine/scheduler.ts';
import type { RequestKey } from '../plan.ts';
import type { Region, World } from '../world.ts';

const ID_KEYS = [{ from: 0, key: 'a key of the simulation for ids' }];

const NO_METRICS = { count: () => {}, set: () => {}, record: () => {} } as unknown as Telemetry['metrics'];
const NO_LOGGER = { info: () => {}, warn: () => {}, error: () => {} } as unknown as Logger;

/** Errors that no fault of a service explains. */
const DEFECTS = [TypeError, RangeError, ReferenceError, SyntaxError];

export interface ProcessOptions {
  readonly clock: SystemClock;
  readonly shards: number;
  readonly region: Region;
  /** Called when the process ends itself after its last answer, because its clock jumped. */
  readonly onDrain: () => void;
}

/** One process of the server: the production code, wired as `server/service.ts` does, without HTTP and admission. */
export class ServerProcess implements Owner {
  hasEnded = false;
  busyUntilMicros = 0;
  /** The number of requests that have arrived. */
  arrivals = 0;
  /** The id of the last user that it began to create. */
  lastUserId: string | undefined;
  /** The sum of its pauses. */
  pausedMicros = 0;
  readonly name: string;
  /** How wrong the system clock was when the process started, which it cannot know. */
  readonly offsetMicros: number;
  readonly writer: string;
  readonly region: Region;
  readonly #atEnd: (() => void)[] = [];
  readonly #commit: GroupCommit;
  readonly #keyedCommit: GroupCommit;
  readonly #withKey = createKeysInUse();
  readonly #clock: Clock;
  readonly #store: DurableStore;
  readonly #users: DynamoUsers;
  /** What `GET /app` says before it reads the table. */
  readonly settledUntil: SettledUntil;

  constructor(world: World, { clock, shards, region, onDrain }: ProcessOptions, number: number) {
    const { plan, scheduler } = world;
    this.region = region;
    const hasOthers = world.regions.length > 1;
    const regionName = hasOthers ? region.name : undefined;
    this.name = `process ${number}`;
    this.offsetMicros = clock.offsetMicros;
    const random = randomOf(plan.seed, 100 + number);
    this.writer = writerId(random);
    const runtime = simulatedRuntime({ scheduler, owner: this, clock, random, stallShare: plan.stallShare });
    const client = region.database.client(world.network, this);
    const ids = createRecordIds(() => ID_KEYS);
    let isErrorKnown = true;
    this.#clock = createClock({
      runtime,
      systemErrorMicros: () => (isErrorKnown ? LARGEST_ERROR_MICROS : undefined),
      onStep: () => {
        isErrorKnown = false;
      },
      onJump: () => {
        this.#commit.flush();
        onDrain();
      },
    });
    watchClock(this.#clock, runtime);
    const table = new DynamoTimestamps({ client, runtime, table: 'timestamps', ids, shards, region: regionName });
    this.#store = createDurableStore({
      table,
      bucket: plan.spills ? new S3Bucket(region.bucket.client(world.network, this), 'spill') : undefined,
      ids,
      runtime,
      metrics: NO_METRICS,
      logger: NO_LOGGER,
    });
    const others = world.regions.flatMap(({ name }) => (name === region.name ? [] : [name]));
    const { settledUntil } = followOtherRegions({
      regions: hasOthers ? { own: region.name, others } : undefined,
      client,
      table: 'timestamps',
      now: this.#clock.now,
      tableCompleteUntil: this.#store.emptyAtMicros,
      runtime,
      metrics: NO_METRICS,
      logger: NO_LOGGER,
    });
    this.settledUntil = settledUntil;
    this.#users = new DynamoUsers({
      client,
      table: 'timestamps',
      runtime,
      now: this.#clock.now,
      newId: () => {
        const id = userId(this.#clock.now(), random);
        this.lastUserId = id;
        return id;
      },
    });
    const observer: CommitObserver = {
      blockCommitted: () => {},
      blockFailed: ({ error }) => {
        if (DEFECTS.some((defect) => error instanceof defect))
          world.violate('no-defects', String((error as Error).stack));
      },
    };
    const common = { ids, instance: this.name, region: regionName, shards, runtime, observer };
    this.#commit = new GroupCommit({ ...common, store: this.#store, writer: this.writer, windowMs: plan.windowMs });
    this.#keyedCommit = new GroupCommit({
      ...common,
      store: new KeyedBlocks({
        client,
        table: 'timestamps',
        runtime,
        ids,
        putIndexed: createDayIndex({ client, table: 'timestamps', shards, region: regionName }),
        isReplicated: hasOthers,
        getRecord: (id, deadlineMs) => table.getRecord(id, deadlineMs),
      }),
      writer: writerId(random),
      maxTimestamps: MAX_KEYS,
    });
  }

  /** Calls back when the process is killed. */
  whenEnded(callback: () => void): void {
    this.#atEnd.push(callback);
  }

  kill(): void {
    this.hasEnded = true;
    for (const callback of this.#atEnd.splice(0)) callback();
  }

  /** `POST /app` at this moment. Throws if the clock has jumped. */
  record(
    request: Omit<Arrival, keyof Reading>,
    requestKey?: RequestKey,
  ): { readonly reading: Reading; readonly answer: Promise<TimestampRecord> } {
    const reading = this.#clock.read();
    const arrival = { ...request, ...reading };
    if (requestKey === undefined) return { reading, answer: this.#commit.record(arrival) };
    const key = idempotencyKey(requestKey.text, 'POST /app', requestKey.content);
    const keyed: KeyedArrival = { ...arrival, key };
    return { reading, answer: this.#withKey(key, () => this.#keyedCommit.record(keyed)) };
  }

  createUser(newUser: NewUser, keyText?: string): Promise<User> {
    if (keyText === undefined) return this.#users.createUser(newUser);
    const key = idempotencyKey(keyText, 'POST /users', JSON.stringify(newUser));
    return this.#withKey(key, () => this.#users.createUser(newUser, key));
  }

  listRecords(query: ListQuery): Promise<ListPage> {
    return this.#store.listRecords(query);
  }

  getRecord(id: string): Promise<TimestampRecord | undefined> {
    return this.#store.getRecord(id);
  }

  /** Timestamps that wait for a write. */
  get pending(): number {
    return this.#commit.pending + this.#keyedCommit.pending;
  }
}

function writerId(random: Random): string {
  return Math.floor(random.next() * 2 ** 32)
    .toString(32)
    .padStart(8, '0');
}

/** Sorts by time and is otherwise random, as UUID version 7. */
function userId(micros: number, random: Random): string {
  return `${Math.floor(micros / 1_000).toString(16)}-${Math.floor(random.next() * 2 ** 32).toString(16)}`;
}
