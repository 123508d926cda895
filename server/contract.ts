/**
 * Facts about the server that the image, the stack and the scripts also need. It imports nothing, so that every program
 * can import it. `test/contract.test.ts` checks that the numbers are consistent with each other.
 */

export const SERVICE_NAME = 'stampede';

/** Rule for the name of a stage. AWS limits the longest resource name that contains it to 32 characters. */
export const STAGE_NAME = {
  pattern: /^[a-z][a-z0-9-]{1,11}$/,
  description: '2 to 12 lower-case letters, digits or dashes, first a letter',
} as const;

/** Port the server listens on, the target group forwards to and the image's firewall opens. */
export const PORT = 8080;

/** Path of the shallow health check, used by the load balancer, the image spec and the launch hook. */
export const HEALTH_PATH = '/health';

/** Path that records a timestamp. */
export const TIMESTAMPS_PATH = '/app';

/** Path of the stream of the live page. */
export const LIVE_PATH = '/live';

/**
 * Timeouts in milliseconds. Their order prevents interrupted requests and sporadic 502 responses:
 * ALB idle < keep-alive, so that the load balancer, not the server, closes idle connections;
 * request ≤ deregistration delay and drain < pm2 kill < systemd stop, so that requests in flight complete.
 */
export const TIMEOUTS_MS = {
  albIdle: 60_000,
  keepAlive: 65_000,
  /** A request must have arrived completely, headers and body, within this time. */
  request: 10_000,
  /** A complete request is answered within this time, because clients and proxies wait for 10 s. */
  answer: 8_000,
  /**
   * With a spill bucket: a block that DynamoDB has not acknowledged within this time is spilled. Time for one attempt that
   * hangs, or for several that fail. At 1,000 timestamps/s fewer wait meanwhile than admission allows at its lowest.
   */
  tableShare: 1_000,
  deregistrationDelay: 20_000,
  drain: 25_000,
  pm2Kill: 30_000,
  systemdStop: 40_000,
  /** pm2 waits this long for a new worker to send `ready`. */
  pm2Listen: 20_000,
} as const;

/** How long a record can remain invisible after its timestamp, by cause, in milliseconds. */
export const SETTLING_MS = {
  /** The block is put again until its requests are answered. */
  answer: TIMEOUTS_MS.answer,
  /** An attempt that was given up can still take effect. DynamoDB answers within milliseconds. */
  lateWrite: 10_000,
  /** The writer's clock may be behind. The alarm ClockError is raised at 5 ms. */
  writerClock: 1_000,
  /** The reader's clock may be ahead. */
  readerClock: 1_000,
} as const;

/** Range of the commit window, in milliseconds. Its end is the longest time that a block may span. */
export const COMMIT_WINDOW_MS = { min: 0, max: 250 } as const;

/**
 * Environment of pm2's daemon. The workers share its listening socket and accept connections themselves. By default it
 * accepts them and passes them on, and never closes one that it passes to a worker that exits (docs/decisions/0043).
 */
export const PM2_DAEMON_ENV = { NODE_CLUSTER_SCHED_POLICY: 'none' } as const;

/** Connections that the kernel holds until a worker accepts them; at most `net.core.somaxconn` of the system. */
export const LISTEN_BACKLOG = 4_096;

/** Largest request body that `POST /app` accepts (and ignores), in bytes. */
export const MAX_BODY_BYTES = 8 * 1024;

/** Largest size of a request's line and headers together, in bytes. Node.js answers 431 above it. */
export const MAX_HEADER_BYTES = 16 * 1024;

/** Period of the custom metrics and of every alarm and scaling alarm built on them, in seconds. */
export const METRIC_PERIOD_S = 60;

export const METRIC_NAMESPACE = 'Stampede';

/** Dimensions of every custom metric. */
export const METRIC_DIMENSIONS = { stage: 'Stage', autoScalingGroup: 'AutoScalingGroupName' } as const;

/** A number of events, summed over the workers of an instance. */
function counter(name: string, help: string) {
  return { name, unit: 'Count', kind: 'counter', aggregation: 'sum', help } as const;
}

/** A distribution of values, summed over the workers of an instance. */
function histogram<Unit extends 'Count' | 'Milliseconds' | 'Percent'>(name: string, unit: Unit, help: string) {
  return { name, unit, kind: 'histogram', aggregation: 'sum', help } as const;
}

/** A current value: summed over the workers (`sum`), or a value of the host that any worker can measure (`host`). */
function gauge<Unit extends 'Bytes' | 'Count' | 'Milliseconds' | 'Percent' | 'Seconds'>(
  name: string,
  unit: Unit,
  aggregation: 'sum' | 'host',
  help: string,
) {
  return { name, unit, kind: 'gauge', aggregation, help } as const;
}

/**
 * The custom metrics: CloudWatch name and unit, kind, aggregation and Prometheus help text. Counters and histograms are
 * published every period, even if they are zero. A gauge is omitted while its value is unknown. Types, totals and both
 * output formats are derived from this table: a new metric is one line here and one call where it is measured.
 */
export const METRICS = {
  timestampsRecorded: counter('TimestampsRecorded', 'Timestamps acknowledged with 201.'),
  timestampsSpilled: counter('TimestampsSpilled', 'Timestamps acknowledged with 202, in the spill bucket.'),
  timestampsRefused: counter('TimestampsRefused', 'Requests refused before any work was done.'),
  timestampsFailed: counter('TimestampsFailed', 'Timestamps that could not be stored in time.'),
  writeUnits: counter('WriteUnits', 'Write units consumed by committed blocks.'),
  clockJumps: counter('ClockJumps', 'Workers that ended because the system clock jumped.'),
  workerRestarts: counter('WorkerRestarts', 'Workers started to replace another worker.'),
  commitLatency: histogram('CommitLatency', 'Milliseconds', 'Time to commit a block.'),
  timestampsPerBlock: histogram('TimestampsPerBlock', 'Count', 'Timestamps in a block.'),
  eventLoopDelay: histogram('EventLoopDelay', 'Milliseconds', 'Longest delay of the event loop in each second.'),
  eventLoopUtilization: histogram(
    'EventLoopUtilization',
    'Percent',
    'Share of each second that the event loop was busy.',
  ),
  memory: gauge('Memory', 'Bytes', 'sum', 'Resident memory of all workers.'),
  hostCpu: gauge('HostCpu', 'Percent', 'host', 'Share of the last period that the processors were busy.'),
  hostIoWait: gauge('HostIoWait', 'Percent', 'host', 'Share of the last period that the processors waited for I/O.'),
  hostMemory: gauge('HostMemory', 'Percent', 'host', 'Share of the memory that is in use.'),
  clockErrorBound: gauge('ClockErrorBound', 'Milliseconds', 'host', 'Largest possible error of the clock.'),
  /** Of the whole stage, as far as the last listing of the bucket showed. Omitted without one, and if none succeeds. */
  oldestSpillAge: gauge('OldestSpillAge', 'Seconds', 'host', 'Age of the oldest spilled block; 0 if there is none.'),
  /** Only with several regions. Includes the time between two heartbeats, so it is up to 16 s without any delay. */
  replicationLag: gauge('ReplicationLag', 'Seconds', 'host', 'Age of the oldest last heartbeat of another region.'),
  deadLetters: gauge('DeadLetters', 'Count', 'host', 'Dead letters in the spill bucket.'),
} as const;

/** Keys (strings) and TTL attribute (epoch seconds) of the one table. ARCHITECTURE.md, "The table", lists its items. */
export const TABLE = { partitionKey: 'pk', sortKey: 'sk', ttlAttribute: 'expires', defaultShards: 4 } as const;

/** Partition key of the items in which each region says how far it is complete; their sort key is the region. */
export const REGIONS_PARTITION = 'regions';

/** Definition of the table where the stack does not create it: embedded, in rehearsals and in tests. */
export function tableDefinition(tableName: string) {
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST' as const,
    AttributeDefinitions: [
      { AttributeName: TABLE.partitionKey, AttributeType: 'S' as const },
      { AttributeName: TABLE.sortKey, AttributeType: 'S' as const },
    ],
    KeySchema: [
      { AttributeName: TABLE.partitionKey, KeyType: 'HASH' as const },
      { AttributeName: TABLE.sortKey, KeyType: 'RANGE' as const },
    ],
  };
}

/** Beginnings of the names of objects in the spill bucket: blocks on their way into the table, and refused blocks. */
export const SPILL_PREFIXES = { spilled: 'spill/', dead: 'dead/' } as const;

/** The property of a new secret, and the number of letters and digits that Secrets Manager generates for it. */
export const GENERATED_SECRET = { key: 'generated', length: 144 } as const;

/** Form of a token. */
export const TOKEN_FORM = {
  pattern: /^[\x21-\x7e]{16,}$/,
  description: '16 or more printable ASCII characters',
} as const;

/** A key for the tags of ids, and the ISO 8601 time from which it is used. */
export interface SecretIdKey {
  readonly from: string;
  readonly key: string;
}

/** The value of a stage's secret, as JSON. A new secret has only `generated`, which the first tokens and key are cut from. */
export interface SecretValue {
  readonly generated: string;
  /** The valid tokens, newest first. */
  readonly readTokens?: readonly string[] | undefined;
  readonly writeTokens?: readonly string[] | undefined;
  readonly idKeys?: readonly SecretIdKey[] | undefined;
}

/** The tokens and keys of a secret, those of a new secret included. */
export function secretContents({ generated, readTokens, writeTokens, idKeys }: SecretValue) {
  const third = GENERATED_SECRET.length / 3;
  const [read, write, key] = [0, 1, 2].map((n) => generated.slice(n * third, (n + 1) * third)) as [
    string,
    string,
    string,
  ];
  return {
    readTokens: readTokens ?? [read],
    writeTokens: writeTokens ?? [write],
    idKeys: idKeys ?? [{ from: '1970-01-01T00:00:00Z', key }],
  };
}

/** Instances read the secret again after this time, in seconds. */
export const SECRET_REFRESH_S = 300;

/** Names of the environment variables, which `server/config.ts` reads and `.env.example` documents. */
export const ENV = {
  /** File with the variables below, one NAME=value per line, read at start if it exists. */
  envFile: 'ENV_FILE',
  stage: 'STAGE',
  port: 'PORT',
  host: 'HOST',
  tableName: 'TABLE_NAME',
  tableShards: 'TABLE_SHARDS',
  /** Days after which timestamps expire. Absent: never. */
  retentionDays: 'RETENTION_DAYS',
  directPut: 'DIRECT_PUT',
  /** Bucket for blocks that DynamoDB does not take in time. */
  spillBucket: 'SPILL_BUCKET',
  commitWindowMs: 'COMMIT_WINDOW_MS',
  region: 'AWS_REGION',
  /** The regions that record, comma-separated, the home region first. Absent with one region. */
  regions: 'REGIONS',
  /** The one of them in which the server runs. */
  ownRegion: 'REGION',
  /** URL of the home region's own load balancer, for clients of the other regions. */
  homeUrl: 'HOME_URL',
  trustedProxies: 'TRUSTED_PROXIES',
  rateLimitPerSecond: 'RATE_LIMIT_PER_SECOND',
  rateLimitBurst: 'RATE_LIMIT_BURST',
  /** ARN or name of the stage's secret in Secrets Manager. */
  secretId: 'SECRET_ID',
  secretCache: 'SECRET_CACHE',
  /** ARN or name of the secret that is the token of the stage's canary. */
  canarySecretId: 'CANARY_SECRET_ID',
  readToken: 'READ_TOKEN',
  writeToken: 'WRITE_TOKEN',
  requireReadToken: 'REQUIRE_READ_TOKEN',
  requireWriteToken: 'REQUIRE_WRITE_TOKEN',
  loadEndpoint: 'LOAD_ENDPOINT',
  accessLog: 'ACCESS_LOG',
  logLevel: 'LOG_LEVEL',
  maxPending: 'MAX_PENDING',
  maxEventLoopDelayMs: 'MAX_EVENT_LOOP_DELAY_MS',
  cloudwatchMetrics: 'CLOUDWATCH_METRICS',
  /** OpenTelemetry's standard name. */
  otlpEndpoint: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  metricsDir: 'METRICS_DIR',
  autoScalingGroup: 'AUTO_SCALING_GROUP_NAME',
  /** Launching lifecycle hook that the instance completes once its own {@link HEALTH_PATH} answers 200. */
  launchHook: 'LAUNCH_HOOK_NAME',
  dataDir: 'DATA_DIR',
  /** Number of workers, set by `ecosystem.config.js`. */
  workers: 'WORKERS',
  /** Number of times that pm2 has restarted this worker, set by pm2. */
  restarts: 'restart_time',
  /** The AWS SDKs' standard names. */
  metadataDisabled: 'AWS_EC2_METADATA_DISABLED',
  metadataEndpoint: 'AWS_EC2_METADATA_SERVICE_ENDPOINT',
} as const;
