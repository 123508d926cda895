import { hostname } from 'node:os';
import type { RateLimit } from './admission/rate-limit.ts';
import { ENV, PORT, STAGE_NAME, TABLE } from './contract.ts';
import type { MetadataSettings } from './instance.ts';
import { MAX_SHARDS } from './timestamps/record-id.ts';

/** Everything that can be set from outside, once it has been checked. `.env.example` tells what each variable does. */
export interface Config {
  readonly stage: string;
  readonly port: number;
  readonly host: string;
  /** Absent: the embedded database. */
  readonly tableName: string | undefined;
  readonly tableShards: number;
  readonly dataDir: string;
  /** Whether puts may go past the AWS SDK. */
  readonly directPut: boolean;
  readonly trustedProxies: number;
  /** What the instance admits; absent: no limit. */
  readonly rateLimit: RateLimit | undefined;
  /** How many workers the instance runs (pm2 sets it). */
  readonly workers: number;
  readonly readToken: string | undefined;
  readonly loadEndpoint: boolean;
  readonly accessLog: boolean;
  readonly logLevel: string;
  readonly maxPending: number;
  readonly maxEventLoopDelayMs: number;
  readonly cloudwatchMetrics: boolean;
  /** Collector of traces; absent: no tracing. */
  readonly otlpEndpoint: string | undefined;
  readonly metricsDir: string | undefined;
  readonly autoScalingGroup: string | undefined;
  readonly hostname: string;
  /** How often pm2 has restarted this worker. */
  readonly restarts: number;
  /** Where the instance metadata service is, and whether to ask it. */
  readonly metadata: MetadataSettings;
}

/** Says all that is wrong with the environment, one line a variable. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the configuration is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads variables and gathers what is wrong with them. An empty variable counts as absent. */
class Reader {
  readonly problems: string[] = [];
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  text(name: string): string | undefined {
    return this.#environment[name] || undefined;
  }

  integer(name: string, min: number, max: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    return this.#reject(name, text, `a whole number from ${min} to ${max}`);
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined || allowed.includes(text as T)) return text as T | undefined;
    return this.#reject(name, text, allowed.join(' or '));
  }

  matching(name: string, pattern: RegExp, expectation: string, secret = false): string | undefined {
    const text = this.text(name);
    if (text === undefined || pattern.test(text)) return text;
    return this.#reject(name, secret ? undefined : text, expectation);
  }

  /** For what concerns several variables. */
  require(holds: boolean, problem: string): void {
    if (!holds) this.problems.push(problem);
  }

  #reject(name: string, value: string | undefined, expectation: string): undefined {
    const got = value === undefined ? '(not shown)' : JSON.stringify(value);
    this.problems.push(`${name} is ${got}; expected ${expectation}`);
    return undefined;
  }
}

const ON_OFF = ['on', 'off'] as const;
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export interface ConfigOptions {
  /** Whether there is an embedded database to fall back to; else a table must be named. */
  readonly embeddedDatabase: boolean;
}

/** Checks the environment as a whole; throws a `ConfigError` that lists every wrong variable. */
export function readConfig(environment: Environment, { embeddedDatabase }: ConfigOptions): Config {
  const read = new Reader(environment);
  const ratePerSecond = read.integer(ENV.rateLimitPerSecond, 1, 1_000_000);
  const burst = read.integer(ENV.rateLimitBurst, 1, 1_000_000);
  read.require(
    burst === undefined || read.text(ENV.rateLimitPerSecond) !== undefined,
    `${ENV.rateLimitBurst} is set without ${ENV.rateLimitPerSecond}; expected both, or neither`,
  );
  const tableName = read.matching(ENV.tableName, /^[\w.-]{3,255}$/, '3 to 255 letters, digits, "_", "-" or "."');
  read.require(
    embeddedDatabase || read.text(ENV.tableName) !== undefined,
    `${ENV.tableName} is not set; expected the table's name (only a source tree has an embedded database)`,
  );
  const cloudwatchMetrics = read.oneOf(ENV.cloudwatchMetrics, ON_OFF) === 'on';
  const autoScalingGroup = read.text(ENV.autoScalingGroup);
  read.require(
    !cloudwatchMetrics || autoScalingGroup !== undefined,
    `${ENV.cloudwatchMetrics} is "on" without ${ENV.autoScalingGroup}; expected the group's name, it is a dimension of every metric`,
  );
  const metadataEndpoint = read.matching(
    ENV.metadataEndpoint,
    /^https?:\/\/[^/]+\/?$/,
    'an http:// URL without a path',
  );

  const config: Config = {
    stage: read.matching(ENV.stage, STAGE_NAME.pattern, STAGE_NAME.description) ?? 'local',
    port: read.integer(ENV.port, 0, 65_535) ?? PORT,
    host: read.text(ENV.host) ?? '0.0.0.0',
    tableName,
    tableShards: read.integer(ENV.tableShards, 1, MAX_SHARDS) ?? TABLE.defaultShards,
    dataDir: read.text(ENV.dataDir) ?? '.data',
    directPut: read.oneOf(ENV.directPut, ON_OFF) !== 'off',
    trustedProxies: read.integer(ENV.trustedProxies, 0, 10) ?? 0,
    rateLimit: ratePerSecond === undefined ? undefined : { ratePerSecond, burst: burst ?? ratePerSecond },
    workers: read.integer(ENV.workers, 1, 1_024) ?? 1,
    readToken: read.matching(ENV.readToken, /^[\x21-\x7e]{16,}$/, '16 or more printable ASCII characters', true),
    loadEndpoint: read.oneOf(ENV.loadEndpoint, ON_OFF) === 'on',
    accessLog: read.oneOf(ENV.accessLog, ON_OFF) === 'on',
    logLevel: read.oneOf(ENV.logLevel, LOG_LEVELS) ?? 'info',
    maxPending: read.integer(ENV.maxPending, 1, 1_000_000) ?? 10_000,
    maxEventLoopDelayMs: read.integer(ENV.maxEventLoopDelayMs, 10, 60_000) ?? 500,
    cloudwatchMetrics,
    otlpEndpoint: read.matching(ENV.otlpEndpoint, /^https?:\/\/[^/]+$/, 'an http:// URL without a path'),
    metricsDir: read.text(ENV.metricsDir),
    autoScalingGroup,
    hostname: hostname(),
    restarts: read.integer(ENV.restarts, 0, 1_000_000_000) ?? 0,
    metadata: {
      disabled: read.oneOf(ENV.metadataDisabled, ['true', 'false']) === 'true',
      ...(metadataEndpoint !== undefined && { endpoint: metadataEndpoint }),
    },
  };
  if (read.problems.length > 0) throw new ConfigError(read.problems);
  return config;
}
