/**
 * Facts of the server that the image, the stack and the scripts need too. Facts of the stack are in
 * `infra/contract.ts`, those of the image in `ami/contract.ts`.
 *
 * A contract imports nothing and reads nothing, so that every program may import it. `test/contract.test.ts` checks
 * that the numbers are consistent with each other.
 */

export const SERVICE_NAME = 'stampede';

/** Rule for the name of a stage. AWS limits the longest resource name that contains it to 32 characters. */
export const STAGE_NAME = {
  pattern: /^[a-z][a-z0-9-]{1,11}$/,
  description: '2 to 12 lower-case letters, digits or dashes, first a letter',
} as const;

/** Port the server listens on, the target group forwards to and the image's firewall opens. */
export const PORT = 8080;

/** Path of the shallow health check: load balancer, image spec and launch hook ask it. */
export const HEALTH_PATH = '/health';

/** Path that records a timestamp. */
export const TIMESTAMPS_PATH = '/app';

/**
 * Timeouts in milliseconds. Their order is what prevents cut requests and random 502s:
 * ALB idle < keep-alive, so that the load balancer, not the server, closes idle connections;
 * request ≤ deregistration delay and drain < pm2 kill < systemd stop, so that work in flight ends before its process.
 */
export const TIMEOUTS_MS = {
  albIdle: 60_000,
  keepAlive: 65_000,
  /** A request must have arrived completely, headers and body, within this time. */
  request: 10_000,
  deregistrationDelay: 20_000,
  drain: 25_000,
  pm2Kill: 30_000,
  systemdStop: 40_000,
  /** pm2 gives a worker this long from exec to `ready`. */
  pm2Listen: 20_000,
} as const;

/** Largest request body that `POST /app` accepts (and ignores), in bytes. */
export const MAX_BODY_BYTES = 8 * 1024;

/** Period of the custom metrics and of every alarm and scaling alarm built on them, in seconds. */
export const METRIC_PERIOD_S = 60;

export const METRIC_NAMESPACE = 'Stampede';

/** Dimensions of every custom metric. */
export const METRIC_DIMENSIONS = { stage: 'Stage', autoScalingGroup: 'AutoScalingGroupName' } as const;

/** How often something happened, summed over the workers of an instance. */
function counter(name: string, help: string) {
  return { name, unit: 'Count', kind: 'counter', aggregation: 'sum', help } as const;
}

/** A distribution of values, summed over the workers of an instance. */
function histogram<Unit extends 'Count' | 'Milliseconds' | 'Percent'>(name: string, unit: Unit, help: string) {
  return { name, unit, kind: 'histogram', aggregation: 'sum', help } as const;
}

/** A current value: summed over the workers (`sum`), or one for the whole host that any of them measures (`host`). */
function gauge<Unit extends 'Bytes' | 'Milliseconds' | 'Percent'>(
  name: string,
  unit: Unit,
  aggregation: 'sum' | 'host',
  help: string,
) {
  return { name, unit, kind: 'gauge', aggregation, help } as const;
}

/**
 * The custom metrics: CloudWatch's name and unit, kind, aggregation and Prometheus's help text. Counters and histograms
 * are published each period, zeros included; a gauge is left out while its value is unknown. Types, totals and both
 * outputs follow from this table, so a new metric is one line here and one call where it is measured.
 */
export const METRICS = {
  timestampsRecorded: counter('TimestampsRecorded', 'Timestamps acknowledged with 201.'),
  timestampsRefused: counter('TimestampsRefused', 'Requests refused before anything was begun.'),
  timestampsFailed: counter('TimestampsFailed', 'Timestamps that the database did not take.'),
  writeUnits: counter('WriteUnits', 'Write units that the committed blocks cost.'),
  workerRestarts: counter('WorkerRestarts', 'Workers that replaced another one.'),
  commitLatency: histogram('CommitLatency', 'Milliseconds', 'Time to commit a block.'),
  timestampsPerBlock: histogram('TimestampsPerBlock', 'Count', 'Timestamps that shared a block.'),
  eventLoopDelay: histogram('EventLoopDelay', 'Milliseconds', 'Longest delay of the event loop in each second.'),
  eventLoopUtilization: histogram(
    'EventLoopUtilization',
    'Percent',
    'Share of each second that the event loop was busy.',
  ),
  memory: gauge('Memory', 'Bytes', 'sum', 'Resident memory of all workers.'),
  hostCpu: gauge('HostCpu', 'Percent', 'host', 'Share of the last period that the processors were busy.'),
  hostIoWait: gauge('HostIoWait', 'Percent', 'host', 'Share of it that they waited for input or output.'),
  clockErrorBound: gauge('ClockErrorBound', 'Milliseconds', 'host', 'Largest possible error of the clock.'),
} as const;

/**
 * The one DynamoDB table. Partition key `pk`, sort key `sk`, both strings; `expires` (epoch seconds) is its TTL
 * attribute. What stands under which key is told in ARCHITECTURE.md, section "The table".
 */
export const TABLE = { partitionKey: 'pk', sortKey: 'sk', ttlAttribute: 'expires', defaultShards: 16 } as const;

/** How the table is created where the stack does not do it: embedded, in rehearsals and in tests. */
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

/**
 * Names of the environment variables that user data writes and `server/config.ts` reads. `.env.example` documents
 * each of them.
 */
export const ENV = {
  /** File with the variables below, one NAME=value a line, read at start when it exists. */
  envFile: 'ENV_FILE',
  stage: 'STAGE',
  port: 'PORT',
  host: 'HOST',
  tableName: 'TABLE_NAME',
  tableShards: 'TABLE_SHARDS',
  directPut: 'DIRECT_PUT',
  region: 'AWS_REGION',
  trustedProxies: 'TRUSTED_PROXIES',
  rateLimitPerSecond: 'RATE_LIMIT_PER_SECOND',
  rateLimitBurst: 'RATE_LIMIT_BURST',
  readToken: 'READ_TOKEN',
  loadEndpoint: 'LOAD_ENDPOINT',
  accessLog: 'ACCESS_LOG',
  logLevel: 'LOG_LEVEL',
  maxPending: 'MAX_PENDING',
  maxEventLoopDelayMs: 'MAX_EVENT_LOOP_DELAY_MS',
  cloudwatchMetrics: 'CLOUDWATCH_METRICS',
  /** OpenTelemetry's own name. */
  otlpEndpoint: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  metricsDir: 'METRICS_DIR',
  autoScalingGroup: 'AUTO_SCALING_GROUP_NAME',
  /** Launching lifecycle hook that the instance completes once its own {@link HEALTH_PATH} answers 200. */
  launchHook: 'LAUNCH_HOOK_NAME',
  dataDir: 'DATA_DIR',
  /** How many workers pm2 runs: set by `ecosystem.config.js`. */
  workers: 'WORKERS',
  /** How often pm2 has restarted this worker; pm2 sets it. */
  restarts: 'restart_time',
  /** The AWS SDKs' own switches of the instance metadata service. */
  metadataDisabled: 'AWS_EC2_METADATA_DISABLED',
  metadataEndpoint: 'AWS_EC2_METADATA_SERVICE_ENDPOINT',
} as const;
