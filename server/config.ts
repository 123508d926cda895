import { hostname } from 'node:os';
import { z } from 'zod';
import { COMMIT_WINDOW_MS, ENV, PORT, STAGE_NAME, TABLE, TOKEN_FORM } from './contract.ts';
import { MAX_SHARDS } from './timestamps/id.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

function text(pattern: RegExp, expected: string) {
  return z.string().regex(pattern, expected);
}

function integer(min: number, max: number) {
  const expected = `a whole number from ${min} to ${max}`;
  return text(/^\d{1,15}$/, expected)
    .transform(Number)
    .refine((value) => value >= min && value <= max, expected);
}

function oneOf<const T extends string>(...allowed: readonly T[]) {
  return z.enum(allowed, allowed.join(' or '));
}

function onOff(unset: 'on' | 'off') {
  return oneOf('on', 'off')
    .default(unset)
    .transform((value) => value === 'on');
}

const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

/** Each process reads a heartbeat of each other region every few seconds. */
const MAX_REGIONS = 5;

function regionList() {
  const expected = `1 to ${MAX_REGIONS} different AWS regions, comma-separated`;
  return z
    .string()
    .transform((list) => list.split(','))
    .refine(
      (names) =>
        names.length <= MAX_REGIONS && names.every((name) => REGION.test(name)) && new Set(names).size === names.length,
      expected,
    );
}

const secretName = text(/^[\w/+=.@:-]{1,512}$/, 'the ARN or the name of a secret').optional();

const token = text(TOKEN_FORM.pattern, TOKEN_FORM.description).optional();

/** Variables whose values are never shown. */
const SECRET_KEYS: readonly string[] = ['readToken', 'writeToken'];

/** The variables, by their keys in `ENV`; `.env.example` documents them. Messages complete the phrase "expected …". */
const ConfigSchema = z
  .object({
    stage: text(STAGE_NAME.pattern, STAGE_NAME.description).default('local'),
    port: integer(0, 65_535).default(PORT),
    /** If absent, all addresses: IPv6 and IPv4, or IPv4 only where the host has no IPv6. */
    host: z.string().optional(),
    /** If absent, the embedded database is used. */
    tableName: text(/^[\w.-]{3,255}$/, '3 to 255 letters, digits, "_", "-" or "."').optional(),
    tableShards: integer(1, MAX_SHARDS).default(TABLE.defaultShards),
    /** If absent, timestamps are kept for ever. */
    retentionDays: integer(1, 36_500).optional(),
    dataDir: z.string().default('.data'),
    directPut: onOff('on'),
    /** If absent, the table is the only durable store. */
    spillBucket: text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of an S3 bucket').optional(),
    /** The home region first. If absent, there is one region, and records do not name it. */
    regions: regionList().optional(),
    ownRegion: text(REGION, 'an AWS region, such as eu-west-1').optional(),
    homeUrl: text(/^https?:\/\/[^/\s]+$/, 'an https:// URL without a path').optional(),
    commitWindowMs: integer(COMMIT_WINDOW_MS.min, COMMIT_WINDOW_MS.max).default(0),
    trustedProxies: integer(0, 10).default(0),
    rateLimitPerSecond: integer(1, 1_000_000).optional(),
    rateLimitBurst: integer(1, 1_000_000).optional(),
    workers: integer(1, 1_024).default(1),
    /** If absent, the tokens come from the environment. */
    secretId: secretName,
    secretCache: z.string().optional(),
    /** If absent, there is no canary. */
    canarySecretId: secretName,
    readToken: token,
    writeToken: token,
    requireReadToken: onOff('off'),
    requireWriteToken: onOff('off'),
    loadEndpoint: onOff('off'),
    accessLog: onOff('off'),
    logLevel: oneOf(...LOG_LEVELS).default('info'),
    maxPending: integer(1, 1_000_000).default(10_000),
    maxEventLoopDelayMs: integer(10, 60_000).default(500),
    cloudwatchMetrics: onOff('off'),
    /** If absent, nothing is traced. */
    otlpEndpoint: text(/^https?:\/\/[^/]+$/, 'an http:// URL without a path').optional(),
    metricsDir: z.string().optional(),
    autoScalingGroup: z.string().optional(),
    restarts: integer(0, 1_000_000_000).default(0),
    metadataDisabled: oneOf('true', 'false').optional(),
    metadataEndpoint: text(/^https?:\/\/[^/]+\/?$/, 'an http:// URL without a path').optional(),
  })
  .transform(({ requireReadToken, requireWriteToken, rateLimitPerSecond, rateLimitBurst, ...given }) => {
    const { metadataDisabled, metadataEndpoint, regions, ownRegion, homeUrl, ...rest } = given;
    return {
      ...rest,
      regions: regions && ownRegion ? regionsOf(regions, ownRegion, homeUrl) : undefined,
      hostname: hostname(),
      requiresToken: {
        read: requireReadToken || given.readToken !== undefined,
        write: requireWriteToken || given.writeToken !== undefined,
      },
      rateLimit:
        rateLimitPerSecond === undefined
          ? undefined
          : { ratePerSecond: rateLimitPerSecond, burst: rateLimitBurst ?? rateLimitPerSecond },
      metadata: { disabled: metadataDisabled === 'true', endpoint: metadataEndpoint },
    };
  });

/** The regions of a stage that records in several, as one of them sees it. */
function regionsOf(names: readonly string[], own: string, homeUrl: string | undefined) {
  return { own, home: names[0] as string, others: names.filter((name) => name !== own), homeUrl };
}

/** The validated configuration. */
export type Config = Readonly<z.infer<typeof ConfigSchema>>;

/** Lists every invalid variable, one per line. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the configuration is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

export interface ConfigOptions {
  /** Whether there is an embedded database; if not, a table name is required. */
  readonly embeddedDatabase: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;
type Given = Readonly<Partial<Record<keyof typeof ENV, string>>>;

/** Validates the environment; throws a `ConfigError` that lists every problem. An empty variable counts as absent. */
export function readConfig(environment: Environment, { embeddedDatabase }: ConfigOptions): Config {
  const given: Given = Object.fromEntries(
    Object.entries(ENV).map(([key, name]) => [key, environment[name] || undefined]),
  );
  const { data, error } = ConfigSchema.safeParse(given);
  const problems = (error?.issues ?? []).map(({ path, message }) => {
    const key = path[0] as keyof typeof ENV;
    return `${ENV[key]} is ${SECRET_KEYS.includes(key) ? '(not shown)' : JSON.stringify(given[key])}; expected ${message}`;
  });
  problems.push(...missing(given, embeddedDatabase));
  if (data === undefined || problems.length > 0) throw new ConfigError(problems);
  return data;
}

/** Variables that others require. Not part of the schema, because zod skips such checks if any variable is invalid. */
function missing(given: Given, embeddedDatabase: boolean): string[] {
  const problems: string[] = [];
  if (given.rateLimitBurst && !given.rateLimitPerSecond)
    problems.push(`${ENV.rateLimitBurst} is set without ${ENV.rateLimitPerSecond}; expected both, or neither`);
  if (!given.tableName && !embeddedDatabase)
    problems.push(
      `${ENV.tableName} is not set; expected the table's name (only a source tree has an embedded database)`,
    );
  if (given.regions && !given.ownRegion)
    problems.push(`${ENV.regions} is set without ${ENV.ownRegion}; expected the region in which the server runs`);
  if (given.regions && given.ownRegion && !given.regions.split(',').includes(given.ownRegion))
    problems.push(`${ENV.ownRegion} is "${given.ownRegion}"; expected one of ${ENV.regions}, ${given.regions}`);
  if (given.homeUrl && !given.regions)
    problems.push(`${ENV.homeUrl} is set without ${ENV.regions}; expected both, or neither`);
  if (given.canarySecretId && !given.secretId)
    problems.push(`${ENV.canarySecretId} is set without ${ENV.secretId}; expected both, or neither`);
  for (const [required, token] of [
    ['requireReadToken', 'readToken'],
    ['requireWriteToken', 'writeToken'],
  ] as const) {
    if (given[required] === 'on' && !given[token] && !given.secretId)
      problems.push(`${ENV[required]} is "on" without ${ENV[token]}; expected the token, or ${ENV.secretId}`);
    if (given[token] && given.secretId)
      problems.push(`${ENV[token]} is set together with ${ENV.secretId}; expected the token only in the secret`);
  }
  if (given.cloudwatchMetrics === 'on' && !given.autoScalingGroup)
    problems.push(
      `${ENV.cloudwatchMetrics} is "on" without ${ENV.autoScalingGroup}; expected the group's name, it is a dimension of every metric`,
    );
  return problems;
}
