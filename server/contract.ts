/**
 * The facts that the server, the image, the stack and the scripts share.
 *
 * This file imports nothing and reads nothing, so that all of them may import it. A number that two of them need
 * stands here once; `test/contract.test.ts` keeps the numbers consistent with each other.
 */

export const SERVICE_NAME = 'stampede';

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

/** The load balancer's health check of one target. */
export const HEALTH_CHECK = { intervalS: 10, timeoutS: 5, healthyThreshold: 2, unhealthyThreshold: 2 } as const;

/**
 * Ports from which an instance opens connections: the image's `net.ipv4.ip_local_port_range`, and what the network ACLs
 * let answers come back to. They leave out the server's own port.
 */
export const CLIENT_PORTS = { from: 10_240, to: 65_535 } as const;

/** Largest request body that `POST /app` accepts (and ignores), in bytes. */
export const MAX_BODY_BYTES = 8 * 1024;

/** Period of the custom metrics and of every alarm and scaling alarm built on them, in seconds. */
export const METRIC_PERIOD_S = 60;

export const METRIC_NAMESPACE = 'Stampede';

/** Dimensions of every custom metric. */
export const METRIC_DIMENSIONS = { stage: 'Stage', autoScalingGroup: 'AutoScalingGroupName' } as const;

/** Custom metrics: name and CloudWatch unit. Every one is published each period, zeros included. */
export const METRICS = {
  timestampsRecorded: { name: 'TimestampsRecorded', unit: 'Count' },
  timestampsRefused: { name: 'TimestampsRefused', unit: 'Count' },
  timestampsFailed: { name: 'TimestampsFailed', unit: 'Count' },
  commitLatency: { name: 'CommitLatency', unit: 'Milliseconds' },
  timestampsPerBlock: { name: 'TimestampsPerBlock', unit: 'Count' },
  writeUnits: { name: 'WriteUnits', unit: 'Count' },
  eventLoopDelay: { name: 'EventLoopDelay', unit: 'Milliseconds' },
  eventLoopUtilization: { name: 'EventLoopUtilization', unit: 'Percent' },
  memory: { name: 'Memory', unit: 'Bytes' },
  hostCpu: { name: 'HostCpu', unit: 'Percent' },
  hostIoWait: { name: 'HostIoWait', unit: 'Percent' },
  clockErrorBound: { name: 'ClockErrorBound', unit: 'Milliseconds' },
  workerRestarts: { name: 'WorkerRestarts', unit: 'Count' },
} as const;

/**
 * The one DynamoDB table. Partition key `pk`, sort key `sk`, both strings; `expires` (epoch seconds) is its TTL
 * attribute. What stands under which key is told in ARCHITECTURE.md, section "The table".
 */
export const TABLE = { partitionKey: 'pk', sortKey: 'sk', ttlAttribute: 'expires', defaultShards: 16 } as const;

/** How the table is created where the stack does not do it: embedded, in rehearsals and in tests. */
export const tableDefinition = (tableName: string) => ({
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
});

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

/** Where the image keeps things on an instance. */
export const IMAGE_PATHS = {
  app: '/opt/stampede',
  /** Written by user data at first boot, read by the server at start ({@link ENV.envFile}). */
  envFile: '/etc/stampede/env',
  /** Facts of the bake: versions, commit, time, package lists. */
  bakeFacts: '/etc/stampede/image.json',
  /** Snapshots by which the workers of one instance add up their metrics (tmpfs). */
  metricsDir: '/run/stampede/metrics',
} as const;

/** Prefix of the SSM parameters that hand the AMI over: `/stampede/ami/<commit>`, `…/candidate`, `…/current`. */
export const AMI_PARAMETER_PREFIX = '/stampede/ami';

/** Names of the stacks of one stage, by life cycle: data outlives compute. */
export const stackNames = (stage: string) => ({
  network: `${SERVICE_NAME}-${stage}-network`,
  data: `${SERVICE_NAME}-${stage}-data`,
  service: `${SERVICE_NAME}-${stage}-service`,
  operations: `${SERVICE_NAME}-${stage}-operations`,
});

/** CloudFormation outputs that the scripts read, by the stack that has them. */
export const OUTPUTS = {
  network: { vpcId: 'VpcId', bastionGroup: 'BastionAutoScalingGroupName' },
  data: { tableName: 'TableName' },
  service: {
    url: 'Url',
    autoScalingGroup: 'AutoScalingGroupName',
    targetGroupArn: 'TargetGroupArn',
    loadBalancerArn: 'LoadBalancerArn',
    launchTemplateId: 'LaunchTemplateId',
    amiId: 'AmiId',
  },
  operations: { dashboard: 'DashboardName', topicArn: 'TopicArn' },
} as const;

/** CloudWatch log groups of one stage: made by the stack with retention, written by the image's log agent. */
export const logGroupNames = (stage: string) => ({
  app: `/${SERVICE_NAME}/${stage}/app`,
  system: `/${SERVICE_NAME}/${stage}/system`,
});
