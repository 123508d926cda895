import { sshCidr } from '../network/ssh-cidr.ts';
import type { StepTable } from '../scaling/steps.ts';
import { isProd, refuseBadStage } from '../stage.ts';
import { type Check, flag, integer, listOf, numberIn, oneOf, optional, text } from './checks.ts';
import { refuseContradictions } from './rules.ts';

interface Setting<T> {
  readonly check: Check<T>;
  readonly dev: T;
  readonly prod: T;
}

const setting = <T>(check: Check<T>, dev: T, prod: T): Setting<T> => ({ check, dev, prod });

/** Name, the five fields of cron that Auto Scaling reads, and the minimum. */
const SCHEDULE_ENTRY = /^[A-Za-z]+=[^\s=]+( [^\s=]+){4}=\d+$/;

/** Log retention periods that CloudWatch Logs knows, in days. */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 731, 1827] as const;

/**
 * Every choice of a deployment: how it is checked, its value in `dev` (cheap), its value in `prod` (safe), and why.
 * `-c name=value` overrides a value for one deployment; lists are comma-separated.
 */
const TABLE = {
  /** Also decides where the load balancer's logs may come from; no lookup asks for it. */
  region: setting(text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as eu-west-1'), 'eu-west-1', 'eu-west-1'),
  /** Letters of the zones. Two survive the loss of one; with three the fleet pays 1/2 instead of 1/1 extra for it. */
  zones: setting(listOf(text(/^[a-f]$/, 'a zone letter'), 2, 3), ['a', 'b'], ['a', 'b', 'c']),
  /** Room for a /20 per private subnet; change it when networks are to be peered. */
  vpcCidr: setting(
    text(/^\d+\.\d+\.\d+\.\d+\/16$/, 'a /16 network such as 10.20.0.0/16'),
    '10.20.0.0/16',
    '10.30.0.0/16',
  ),
  /** Writes reach DynamoDB through its gateway endpoint, so NAT loss costs logs and sessions, never timestamps. */
  nat: setting(oneOf('single', 'per-az'), 'single', 'per-az'),
  /** Who may reach the bastion's port 22. None: the port stays shut and the sessions go through Session Manager. */
  sshCidrs: setting(listOf(sshCidr), [], []),
  /** Rejected traffic tells of attacks and wrong rules; all traffic tells also who spoke with whom, and costs. */
  flowLogTraffic: setting(oneOf('REJECT', 'ALL'), 'REJECT', 'ALL'),

  /** Graviton gives more requests per dollar on this workload's shape (CPU-bound Node). */
  architecture: setting(oneOf('arm64', 'x86_64'), 'arm64', 'arm64'),
  /** prod: fixed performance, for CPU credits would make CPU-based scaling lie. dev: the cheapest that runs it. */
  instanceType: setting(text(/^[a-z][a-z0-9-]*\.[a-z0-9]+$/, 'a type such as c7g.medium'), 't4g.small', 'c7g.medium'),
  /** Timestamps per second at 100 % CPU of one instance of that type. Cautious until measured there by the bench. */
  ratePerInstance: setting(integer(1, 1_000_000), 4_000, 4_000),
  /** Timestamps per second that the fleet must still carry after losing one zone, without scaling first. */
  sustainedRate: setting(integer(1, 1_000_000), 500, 2_500),
  /** Timestamps per second up to which the fleet may grow; decides the largest bill. */
  peakRate: setting(integer(1, 1_000_000), 5_000, 20_000),
  /** Partition keys of a day, 1,000 write units/s each, far above the peak; may be raised at any time, reading costs one query each. */
  tableShards: setting(integer(1, 1024), 16, 16),
  /** `POST /app` per second that one instance admits, 429 beyond it; 0: no limit, the fleet scales instead. */
  rateLimitPerSecond: setting(integer(0, 1_000_000), 0, 0),
  /** CPU load on request, for scaling drills; in production anybody could ask for it. */
  loadEndpoint: setting(flag, true, false),
  /** Old instances gather old kernels and leaks; replacing them also proves every week that launching works. */
  maxInstanceLifetimeDays: setting(integer(1, 365), 14, 7),
  /** Raises the minimum before known peaks: `name=cron=minimum`, with the five fields of Unix cron, in UTC. */
  schedule: setting(listOf(text(SCHEDULE_ENTRY, 'an entry such as Morning=0 6 * * MON-FRI=6')), [], []),

  /** Certificate for HTTPS; with `domainName` and a hosted zone one is made and validated instead. */
  certificateArn: setting(optional(text(/^arn:[\w-]+:acm:/, 'the ARN of an ACM certificate')), '', ''),
  /** Name under which clients reach the service; needs the hosted zone. */
  domainName: setting(optional(text(/^[a-z0-9.-]+\.[a-z]{2,}$/, 'a name such as stampede.example.org')), '', ''),
  hostedZoneId: setting(optional(text(/^Z[A-Z0-9]+$/, 'the id of a Route 53 hosted zone')), '', ''),
  hostedZoneName: setting(optional(text(/^[a-z0-9.-]+\.[a-z]{2,}$/, 'a name such as example.org')), '', ''),
  /** Place of this deployment in a pair of regions under one name. */
  failover: setting(oneOf('none', 'primary', 'secondary'), 'none', 'none'),
  /** A trial must not need a domain; production must not run without TLS. */
  allowPlainHttp: setting(flag, true, false),
  /** WAF bills 0.60 USD per million requests: at the sustained rate of prod ~3,900 USD a month, hence a choice. */
  waf: setting(flag, false, false),
  /** Requests of one address in 5 minutes before WAF blocks it. */
  wafRatePerAddress: setting(integer(10, 2_000_000_000), 100_000, 100_000),
  /** Traces of requests in X-Ray: one a second of each worker, and those that callers mark as sampled. */
  tracing: setting(flag, false, false),
  /** Stops a mistaken delete of the load balancer, which would change its name for all clients, and of any stack. */
  loadBalancerProtection: setting(flag, false, true),

  /** Data survive `destroy`: table, key, backups and logs. A throwaway stage (drills in CI) says false. */
  retainData: setting(flag, true, true),
  /** Regions with a copy of the table, each with a key of its own there: `region=key ARN`. */
  replicas: setting(listOf(text(/^[a-z0-9-]+=arn:[\w-]+:kms:/, 'region=ARN of a KMS key there')), [], []),
  /** Whether DynamoDB deletes items whose `expires` has passed. */
  ttl: setting(flag, false, false),
  /** Point-in-time recovery reaches 35 days back; the backup plan keeps longer. */
  backupRetentionDays: setting(integer(35, 3650), 35, 365),
  logRetentionDays: setting(numberIn(...RETENTION_DAYS), 14, 90),
  /** Load balancer logs: infrequent access after 30 days, Glacier after 90, gone after this many. */
  accessLogRetentionDays: setting(integer(91, 3650), 91, 400),

  /** Where alarms go; empty: the topic has no subscriber yet. */
  alarmEmail: setting(optional(text(/^[^@\s]+@[^@\s]+$/, 'an e-mail address')), '', ''),
  monthlyBudgetUsd: setting(integer(1, 1_000_000), 150, 600),
  /** An image older than this lacks a month or more of security updates: rebuild. */
  imageMaxAgeDays: setting(integer(1, 365), 60, 35),
  /** Repository whose workflows may deploy this stage through OIDC; empty: no role. */
  githubRepository: setting(optional(text(/^[\w.-]+\/[\w.-]+$/, 'owner/name')), '', ''),
} as const;

type Table = typeof TABLE;

/** The checked choices of one deployment. */
export type Settings = { readonly [Name in keyof Table]: Table[Name] extends Setting<infer T> ? T : never };

/**
 * Scaling on the fleet's average CPU. Out above 60 % for two minutes, further the harder it is hit; in below 40 %, slowly, as
 * an instance too many costs cents and one too few costs users. {@link StepTable} tells the laws it must obey.
 */
export const SCALING: StepTable = {
  out: {
    periods: 2,
    steps: [
      { from: 60, instances: 1 },
      { from: 75, instances: 2 },
      { from: 90, instances: 4 },
    ],
  },
  in: {
    periods: 10,
    steps: [
      { from: 40, instances: 1 },
      { from: 15, instances: 2 },
    ],
  },
  warmupS: 90,
};

/**
 * Throws when a name given on the command line is no setting, as a misspelt one would be ignored in silence. Names with other
 * letters, such as `@aws-cdk/…` and `aws:cdk:…`, are the library's own.
 */
export function refuseUnknownSettings(names: readonly string[], others: readonly string[]): void {
  const known = [...Object.keys(TABLE), ...others];
  const unknown = names.find((name) => /^[a-z]\w*$/i.test(name) && !known.includes(name));
  if (unknown)
    throw new Error(
      `There is no setting ${unknown}, expected one of ${known.toSorted().join(', ')}. Correct -c ${unknown}=…`,
    );
}

/** Reads the settings of a stage; `override` gives the value set for this deployment, if any. */
export function readSettings(stage: string, override: (name: string) => unknown = () => undefined): Settings {
  refuseBadStage(stage);
  const settings = Object.fromEntries(
    Object.entries(TABLE).map(([name, entry]) => [name, readOne(name, entry, stage, override(name))]),
  ) as unknown as Settings;
  refuseContradictions(stage, settings, SCALING);
  return settings;
}

function readOne(name: string, { check, dev, prod }: Setting<unknown>, stage: string, given: unknown): unknown {
  const wanted = given ?? (isProd(stage) ? prod : dev);
  const value = check.read(wanted);
  if (value === undefined) {
    throw new Error(
      `Setting ${name} is ${JSON.stringify(wanted)}, expected ${check.expectation}. Say -c ${name}=… or correct infra/settings/settings.ts`,
    );
  }
  return value;
}
