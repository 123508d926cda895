import type { Logger } from 'pino';
import { createDurableStore, type DurableStore } from '../../../server/durable-store.ts';
import { DynamoTimestamps } from '../../../server/dynamodb/timestamps.ts';
import { DynamoUsers } from '../../../server/dynamodb/users.ts';
import type { Telemetry } from '../../../server/metrics/telemetry.ts';
import { S3Bucket } from '../../../server/spill/s3-bucket.ts';
import { type Clock, createClock, type Reading, watchClock } from '../../../server/timestamps/clock.ts';
import { GroupCommit } from '../../../server/timestamps/group-commit.ts';
import type { Arrival, ListPage, ListQuery, TimestampRecord } from '../../../server/timestamps/record.ts';
import { createRecordIds } from '../../../server/timestamps/record-ids.ts';
import type { NewUser, User } from '../../../server/users/users.ts';
import { type Random, randomOf } from '../engine/random.ts';
import { LARGEST_ERROR_MICROS, type SystemClock, simulatedRuntime } from '../engine/runtime.ts';
import type { Owner } from '../engine/scheduler.ts';
import type { World } from '../world.ts';

const ID_KEYS = [{ from: 0, key: 'a key of the simulation for ids' }];

const NO_METRICS = { count: () => {}, set: () => {}, record: () => {} } as unknown as Telemetry['metrics'];
const NO_LOGGER = { info: () => {}, warn: () => {}, error: () => {} } as unknown as Logger;

/** Errors that no fault of a service explains. */
const DEFECTS = [TypeError, RangeError, ReferenceError, SyntaxError];

export interface ProcessOptions {
  readonly clock: SystemClock;
  readonly shards: number;
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
  lastUserId = '';
  /** The sum of its pauses. */
  pausedMicros = 0;
  readonly name: string;
  /** How wrong the system clock was when the process started, which it cannot know. */
  readonly offsetMicros: number;
  readonly writer: string;
  readonly #atEnd: (() => void)[] = [];
  readonly #commit: GroupCommit;
  readonly #clock: Clock;
  readonly #store: DurableStore;
  readonly #users: DynamoUsers;

  constructor(world: World, { clock, shards, onDrain }: ProcessOptions, number: number) {
    const { plan, scheduler } = world;
    this.name = `process ${number}`;
    this.offsetMicros = clock.offsetMicros;
    const random = randomOf(plan.seed, 100 + number);
    this.writer = Math.floor(random.next() * 2 ** 32)
      .toString(32)
      .padStart(8, '0');
    const runtime = simulatedRuntime({ scheduler, owner: this, clock, random, stallShare: plan.stallShare });
    const client = world.database.client(world.network, this);
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
    const table = new DynamoTimestamps({ client, runtime, table: 'timestamps', ids, shards });
    this.#store = createDurableStore({
      table,
      bucket: plan.spills ? new S3Bucket(world.bucket.client(world.network, this), 'spill') : undefined,
      ids,
      runtime,
      metrics: NO_METRICS,
      logger: NO_LOGGER,
    });
    this.#users = new DynamoUsers({
      client,
      table: 'timestamps',
      runtime,
      now: this.#clock.now,
      newId: () => {
        this.lastUserId = userId(this.#clock.now(), random);
        return this.lastUserId;
      },
    });
    this.#commit = new GroupCommit({
      store: this.#store,
      ids,
      writer: this.writer,
      instance: this.name,
      shards,
      windowMs: plan.windowMs,
      runtime,
      observer: {
        blockCommitted: () => {},
        blockFailed: ({ error }) => {
          if (DEFECTS.some((defect) => error instanceof defect))
            world.violate('no-defects', String((error as Error).stack));
        },
      },
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
  record(request: Omit<Arrival, keyof Reading>): {
    readonly reading: Reading;
    readonly answer: Promise<TimestampRecord>;
  } {
    const reading = this.#clock.read();
    return { reading, answer: this.#commit.record({ ...request, ...reading }) };
  }

  createUser(newUser: NewUser): Promise<User> {
    return this.#users.createUser(newUser);
  }

  listRecords(query: ListQuery): Promise<ListPage> {
    return this.#store.listRecords(query);
  }

  getRecord(id: string): Promise<TimestampRecord | undefined> {
    return this.#store.getRecord(id);
  }

  /** Timestamps that wait for a write. */
  get pending(): number {
    return this.#commit.pending;
  }
}

/** Sorts by time and is otherwise random, as UUID version 7. */
function userId(micros: number, random: Random): string {
  return `${Math.floor(micros / 1_000).toString(16)}-${Math.floor(random.next() * 2 ** 32).toString(16)}`;
}
