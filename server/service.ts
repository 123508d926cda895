import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { createAdmission } from './admission/admission.ts';
import { createConcurrencyLimit } from './admission/concurrency-limit.ts';
import type { Config } from './config.ts';
import { createLoad } from './cpu-load/load.ts';
import { createDurableStore } from './durable-store.ts';
import type { Database } from './dynamodb/database.ts';
import { createDayIndex } from './dynamodb/day-index.ts';
import { createDirectPut } from './dynamodb/direct-put.ts';
import { KeyedBlocks } from './dynamodb/keyed-blocks.ts';
import { DynamoTimestamps } from './dynamodb/timestamps.ts';
import { DynamoUsers } from './dynamodb/users.ts';
import { createAccessLog } from './http/access-log.ts';
import { createApp } from './http/app.ts';
import { loadAssets } from './http/assets.ts';
import { docsRoutes } from './http/docs.ts';
import { createHttpServer, drainConnections } from './http/http-server.ts';
import { createFeed } from './http/live/feed.ts';
import { createReadNews } from './http/live/news.ts';
import { liveRoute } from './http/live/route.ts';
import { loadRoute } from './http/load.ts';
import { metricsRoute } from './http/metrics.ts';
import { createPostApp } from './http/post-app.ts';
import { createSendProblem } from './http/problems.ts';
import { createCheckToken } from './http/require-token.ts';
import { usersRoutes } from './http/users.ts';
import { createKeysInUse } from './idempotency/key.ts';
import { createRecentRates } from './metrics/recent-rates.ts';
import type { Telemetry } from './metrics/telemetry.ts';
import { followOtherRegions } from './other-regions.ts';
import { type Runtime, systemRuntime } from './runtime.ts';
import type { Secrets } from './secrets/secrets.ts';
import type { ServiceFacts } from './service-facts.ts';
import type { SpillBucket } from './spill/bucket.ts';
import { createClock, watchClock } from './timestamps/clock.ts';
import { type CommitObserver, GroupCommit } from './timestamps/group-commit.ts';
import { MAX_KEYS } from './timestamps/keyed-arrival.ts';
import { createRecordIds } from './timestamps/record-ids.ts';
import type { TimestampStore } from './timestamps/store.ts';
import { FROM_SOURCE } from './version.ts';

export interface ServiceOptions {
  readonly config: Config;
  readonly facts: ServiceFacts;
  readonly database: Pick<Database, 'client' | 'tableName'>;
  /** Takes blocks that the table does not take in time. @default - the answer is 503 then */
  readonly spillBucket?: SpillBucket | undefined;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly secrets: () => Secrets;
  /** Called when the system clock has jumped, so that another process has to take over. */
  readonly onClockJump: () => void;
  /** @default - the clocks and timers of this process */
  readonly runtime?: Runtime | undefined;
  /** @default - no traces */
  readonly tracing?: Pick<CommitObserver, 'commitEnded'> | undefined;
}

/** The service of one process: an HTTP server that is not yet listening. */
export type Service = ReturnType<typeof createService>;

/** Files that cannot be in the bundle: next to it in production, next to their code in the source tree. */
const ASSETS_FOLDER = join(import.meta.dirname, FROM_SOURCE ? 'http/pages/assets' : 'assets');
const LOAD_WORKER = join(import.meta.dirname, FROM_SOURCE ? 'cpu-load/worker.ts' : 'load-worker.cjs');

/** One list, because digests are computed for each new one. */
const NO_TOKENS: readonly string[] = [];

/** A page of 1,000 records takes tens of milliseconds of CPU time, during which no timestamp is recorded. */
const MAX_LISTINGS = 4;
/** Lookups and creations take little CPU time; these bound the calls to the database. */
const MAX_LOOKUPS = 64;
const MAX_CREATIONS = 16;
/** Requests with a key that may wait at once: ten transactions. In an outage, each of them waits until its deadline. */
const MAX_KEYED = 1_000;

/** 40 random bits, unique to this process. */
function makeWriterId(): string {
  return Number.parseInt(randomBytes(5).toString('hex'), 16).toString(32).padStart(8, '0');
}

/** Wires the parts of one process. */
export function createService(options: ServiceOptions) {
  const { config, facts, database, logger, telemetry, secrets, tracing, runtime = systemRuntime } = options;
  const { requiresToken, regions } = config;
  let draining = false;
  const isDraining = () => draining;
  const { metrics, reporter, clockError } = telemetry;
  const { client, tableName } = database;
  const clock = createClock({
    runtime,
    systemErrorMicros: clockError.micros,
    onStep: clockError.distrustUntil,
    onJump: (byMicros) => {
      metrics.count('clockJumps', 1);
      logger.error({ jumpMs: byMicros / 1_000 }, 'system clock jumped');
      options.onClockJump();
    },
  });
  const stopWatchingClock = watchClock(clock, runtime);
  const ids = createRecordIds(() => secrets().idKeys);
  const assets = loadAssets(ASSETS_FOLDER);
  const table = new DynamoTimestamps({
    client,
    table: tableName,
    runtime,
    ids,
    shards: config.tableShards,
    region: regions?.own,
    retentionDays: config.retentionDays,
    directPut: config.directPut
      ? createDirectPut({
          client,
          runtime: systemRuntime,
          onOpen: (facts) => logger.warn(facts, 'direct puts fail, circuit breaker open, using the AWS SDK'),
        })
      : undefined,
  });
  const store = createDurableStore({ table, bucket: options.spillBucket, ids, runtime, metrics, logger });
  const sendProblem = createSendProblem({
    assetUrl: assets.url,
    logger,
    trustedProxies: config.trustedProxies,
  });
  const checkToken = (kind: 'read' | 'write', ...more: readonly (() => readonly string[])[]) =>
    requiresToken[kind] ? createCheckToken(kind, () => secrets()[`${kind}Tokens`], ...more) : undefined;
  const [checkReadToken, checkWriteToken] = [checkToken('read'), checkToken('write')];
  // The canary records and reads its records, but no lists and no users.
  const canaryTokens = () => secrets().canaryTokens ?? NO_TOKENS;
  const [checkRecordToken, checkPostToken] = [checkToken('read', canaryTokens), checkToken('write', canaryTokens)];
  const load = config.loadEndpoint ? createLoad({ workerPath: LOAD_WORKER }) : undefined;

  const rates = createRecentRates(() => performance.now());
  const observer: CommitObserver = {
    blockCommitted: ({ latencyMs, timestamps, writeUnits, state }) => {
      metrics.count(state === 'stored' ? 'timestampsRecorded' : 'timestampsSpilled', timestamps);
      metrics.count('writeUnits', writeUnits);
      rates.count(timestamps);
      metrics.record('commitLatency', latencyMs);
      metrics.record('timestampsPerBlock', timestamps);
    },
    blockFailed: ({ error, timestamps }) => {
      metrics.count('timestampsFailed', timestamps);
      logger.error({ err: error, timestamps }, 'block failed');
    },
    commitEnded: tracing?.commitEnded,
  };

  const commitOptions = {
    ids,
    instance: facts.instanceId ?? facts.hostname,
    region: regions?.own,
    shards: config.tableShards,
    retentionDays: config.retentionDays,
    runtime,
    observer,
  };
  const commit = new GroupCommit({
    ...commitOptions,
    store,
    writer: makeWriterId(),
    windowMs: config.commitWindowMs,
  });

  // Requests with a key are written apart, because each of them adds an item to the transaction. They are never spilled.
  const keyedCommit = new GroupCommit({
    ...commitOptions,
    store: new KeyedBlocks({
      client,
      table: tableName,
      runtime,
      ids,
      putIndexed: createDayIndex({ client, table: tableName, shards: config.tableShards, region: regions?.own }),
      isReplicated: regions !== undefined,
      getRecord: (id, deadlineMs) => table.getRecord(id, deadlineMs),
    }),
    writer: makeWriterId(),
    maxTimestamps: MAX_KEYS,
  });

  const onRefused = () => metrics.count('timestampsRefused', 1);
  const admission = createAdmission({
    config,
    logger,
    pending: () => commit.pending,
    oldestWaitMs: () => commit.oldestWaitMs,
    onRefused,
  });

  const { isOverloaded } = admission;
  const limitKeyed = createConcurrencyLimit({ name: 'requests with an Idempotency-Key', max: MAX_KEYED, onRefused });
  const withKey = createKeysInUse();

  const postApp = createPostApp({
    clock: clock.read,
    trustedProxies: config.trustedProxies,
    refusal: admission.refusal,
    lowQuota: admission.lowQuota,
    record: (arrival) => commit.record(arrival),
    recordOnce: (arrival) => limitKeyed(() => withKey(arrival.key, () => keyedCommit.record(arrival))),
    sendProblem,
    checkWriteToken: checkPostToken,
  });

  const limitListings = createConcurrencyLimit({ name: 'listings', max: MAX_LISTINGS, isOverloaded });
  const limitLookups = createConcurrencyLimit({ name: 'lookups', max: MAX_LOOKUPS, isOverloaded });
  const limitCreations = createConcurrencyLimit({ name: 'creations of users', max: MAX_CREATIONS, isOverloaded });
  const otherRegions = followOtherRegions({
    regions,
    client,
    table: tableName,
    now: clock.now,
    tableCompleteUntil: store.emptyAtMicros,
    runtime,
    metrics,
    logger,
  });
  const users = new DynamoUsers({ client, table: tableName, runtime, now: clock.now });

  const listRecords: TimestampStore['listRecords'] = (query) => limitListings(() => store.listRecords(query));
  const isComplete = () => store.isComplete() && otherRegions.isCurrent();
  const feed = createFeed({
    readNews: createReadNews({
      store: { listRecords },
      isComplete,
      clockErrorMicros: clockError.micros,
      oldestSpillS: () => (options.spillBucket ? metrics.gauges().oldestSpillAge : 0),
      ratesPerSecond: rates.perSecond,
      nowMicros: clock.now,
    }),
    isOverloaded,
    onDefect: (err) => logger.error({ err }, 'live page: the news cannot be read'),
    runtime,
  });

  const app = createApp({
    facts: { ...facts, ...(regions && { region: regions.own }) },
    store: {
      listRecords,
      getRecord: (id) => limitLookups(() => store.getRecord(id)),
    },
    isComplete,
    settledUntil: otherRegions.settledUntil,
    retentionDays: config.retentionDays,
    postApp,
    sendProblem,
    checkReadToken,
    checkRecordToken,
    trustedProxies: config.trustedProxies,
    isDraining,
    assetUrl: assets.url,
    routers: [
      assets.router,
      liveRoute({ feed, checkReadToken }),
      ...docsRoutes(facts.version, assets.url, requiresToken),
      usersRoutes({
        users: {
          listUsers: (query) => limitListings(() => users.listUsers(query)),
          createUser: (newUser, key) =>
            limitCreations(() => {
              const create = () => users.createUser(newUser, key);
              return key ? withKey(key, create) : create();
            }),
        },
        otherHome: regions && regions.own !== regions.home ? regions : undefined,
        checkReadToken,
        checkWriteToken,
        assetUrl: assets.url,
      }),
      // Behind a load balancer anyone can send requests, so only the instance itself may read metrics.
      metricsRoute({ report: () => reporter.report(), onlyLocal: config.tableName !== undefined }),
      ...(load ? [loadRoute(load)] : []),
    ],
  });

  const server = createHttpServer({
    postApp,
    app,
    isDraining,
    ...(config.accessLog && { observe: createAccessLog(logger) }),
  });

  return {
    server,
    /** Rejects when the table cannot be read. */
    probe: () => store.probe(),
    /** Stops accepting connections and resolves when every request is answered and every block is written. */
    async drain(): Promise<void> {
      draining = true;
      feed.close();
      commit.flush();
      await drainConnections(server);
      await Promise.all([commit.drained(), keyedCommit.drained()]);
      await Promise.all([store.stop(), otherRegions.stop()]);
      admission.close();
      stopWatchingClock();
      clockError.close();
      await Promise.all([load?.close(), reporter.close()]);
    },
  };
}
