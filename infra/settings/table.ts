import { z } from 'zod';
import { COMMIT_WINDOW_MS } from '../../server/contract.ts';
import { DEFAULT_QUALIFIER, DEFAULT_REGION } from '../contract.ts';
import type { Scaling } from '../scaling/steps.ts';
import {
  ANY_IPV4,
  emailAddress,
  flag,
  httpsUrl,
  inSteps,
  integer,
  jwtClaim,
  listOf,
  numberIn,
  oneOf,
  optional,
  outSteps,
  regionName,
  s3Object,
  scheduledMinimum,
  slackChannel,
  sourceCidr,
  sshCidr,
  text,
} from './types.ts';

/** One setting of a deployment. */
export interface Setting<T extends z.ZodType = z.ZodType> {
  readonly type: T;
  readonly dev: z.input<T>;
  readonly prod: z.input<T>;
  /** Its value in the environment of a branch. */
  readonly branch: z.input<T>;
}

function setting<T extends z.ZodType>(type: T, dev: z.input<T>, prod: z.input<T>, branch = dev): Setting<T> {
  return { type, dev, prod, branch };
}

const SCALE_OUT: Scaling['scaleOut'] = [
  { from: 60, instances: 1 },
  { from: 75, instances: 2 },
  { from: 90, instances: 4 },
];

const SCALE_IN: Scaling['scaleIn'] = [
  { below: 40, instances: 1 },
  { below: 15, instances: 2 },
];

/** Log retention periods that CloudWatch Logs supports, in days. */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 731, 1827] as const;

/** Zones for which the network reserves addresses from the beginning. */
export const MAX_ZONES = 3;

/** Regions of a stage: a server reads a heartbeat of each other one every few seconds. */
export const MAX_REGIONS = 5;

/**
 * Every setting of a deployment: its type, its value in `dev` (cheap) and in `prod` (safe), and the reason. A fourth value
 * is that of the environment of a branch, `pr-<n>`, if it differs from that of dev (decision 0055).
 * `-c name=value` overrides a value for one deployment; lists are comma-separated.
 */
export const TABLE = {
  /** A fixed region makes lookups at synth unnecessary. */
  region: setting(regionName, DEFAULT_REGION, DEFAULT_REGION),
  /**
   * Regions that record, the home region first: each has all four stacks, and writes to its own replica of the table. If
   * empty, there is one, that of `region`. `npm run deploy -- --regions …` sets it, and `region` of each (decision 0045).
   */
  regions: setting(listOf(regionName, 0, MAX_REGIONS), [], []),
  /**
   * Name of an existing table that the stage uses instead of the one of its data stack. Outside the home region there is
   * no other: `npm run deploy -- --regions …` passes it.
   */
  tableName: setting(optional(text(/^[\w.-]{3,255}$/, 'the name of a table')), '', ''),
  /** ARN of the secret's replica, in a region other than the home region; `npm run deploy -- --regions …` passes it. */
  secretArn: setting(optional(text(/^arn:[\w-]+:secretsmanager:/, 'the ARN of a secret')), '', ''),
  /**
   * Zones with subnets, which cost nothing. Each position in the list has its own networks, so only append zones. Some
   * regions have other letters; `aws ec2 describe-availability-zones` lists them.
   */
  networkZones: setting(listOf(text(/^[a-f]$/, 'a zone letter'), 2, MAX_ZONES), ['a', 'b', 'c'], ['a', 'b', 'c']),
  /** Zones of fleet and load balancer. To survive the loss of one, two zones need twice the capacity, three 1.5 times. */
  zones: setting(listOf(text(/^[a-f]$/, 'a zone letter'), 2, MAX_ZONES), ['a', 'b'], ['a', 'b', 'c']),
  /** Large enough for a /20 per private subnet. Fixed at the first deployment: another network needs another VPC. */
  vpcCidr: setting(
    z.cidrv4().endsWith('/16').describe('a /16 network such as 10.20.0.0/16'),
    '10.20.0.0/16',
    '10.30.0.0/16',
  ),
  /**
   * Writes to DynamoDB use its gateway endpoint: a NAT failure affects logs and sessions, but not timestamps. A regional
   * gateway costs as much as one per zone; AWS extends it to the zones in use, so changing zones changes no gateway.
   */
  nat: setting(oneOf('single', 'per-az', 'regional'), 'single', 'per-az'),
  /**
   * Networks that may reach the load balancer, which has no IPv6 addresses (decision 0064). With other values, pipelines
   * and Route 53's health checks need to be in one of them.
   */
  sourceCidrs: setting(listOf(sourceCidr, 1), [ANY_IPV4], [ANY_IPV4]),
  /** Networks that may reach port 22 of the bastion. If empty, sessions use Session Manager only. */
  sshCidrs: setting(listOf(sshCidr), [], []),
  /**
   * Rejected traffic shows attacks and wrong rules, and is what the CIS AWS Foundations Benchmark asks for. All traffic
   * has two records per connection of each client: about 35 USD a month per 1,000 requests a second.
   */
  flowLogTraffic: setting(oneOf('REJECT', 'ALL'), 'REJECT', 'REJECT'),

  /** Graviton handles more requests per dollar for this CPU-bound workload. */
  architecture: setting(oneOf('arm64', 'x86_64'), 'arm64', 'arm64'),
  /** prod: fixed performance, because CPU credits distort CPU-based scaling. dev: the cheapest suitable type. */
  instanceType: setting(text(/^[a-z][a-z0-9-]*\.[a-z0-9]+$/, 'a type such as c7g.medium'), 't4g.small', 'c7g.medium'),
  /** Instance families to use with the same size, in this order, if AWS has no capacity for that type. */
  alternativeFamilies: setting(
    listOf(text(/^[a-z]+\d+[a-z0-9-]*$/, 'a family of instance types such as c8g'), 0, 10),
    [],
    ['c8g', 'm8g'],
  ),
  /** Customer key of the volumes, and of the image if it has one (`kms_key_id` of the bake). If empty, EBS's own key. */
  volumeKeyArn: setting(optional(text(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\//, 'the ARN of a KMS key')), '', ''),
  /** Timestamps per second of one instance at 100 % CPU. A conservative estimate, not measured on EC2 yet. */
  ratePerInstance: setting(integer(1, 1_000_000), 4_000, 4_000),
  /** Timestamps per second that the fleet must handle after losing a zone, without scaling out. */
  sustainedRate: setting(integer(1, 1_000_000), 500, 2_500, 100),
  /** Timestamps per second up to which the fleet may scale; limits the bill. */
  peakRate: setting(integer(1, 1_000_000), 5_000, 20_000, 1_000),
  /**
   * Write units per second that the table accepts from the start. 0: those of the peak rate, so that a first peak is not
   * throttled. Costs 0.65 USD once per thousand above 4,000. DynamoDB refuses to lower the value: if the peak rate is
   * lowered, set the old value here. The table's maximum, which limits the bill, follows the peak rate all the same.
   */
  warmWriteUnits: setting(integer(0, 10_000_000), 0, 0),
  /**
   * Partition keys per day, each for 1,000 write units/s. Four take the sustained rate of prod with one timestamp per
   * unit, and 60,000 timestamps/s with 15 of them. A page of a listing queries each key, which takes about 1 ms of CPU
   * time. The number can be changed at any time: a day keeps the greatest one.
   */
  tableShards: setting(integer(1, 1024), 4, 4),
  /**
   * Read units per second of the table. They limit the cost of a client that lists in a loop: 4,000 are about 100 pages
   * of full blocks a second, and at most 50 USD a day. Listings above it are answered with 503; writes are not affected.
   */
  maxReadUnitsPerSecond: setting(integer(100, 1_000_000), 1_000, 4_000),
  /**
   * Longest time that a timestamp waits for others, so that they share a write unit. prod: at 333/s and process, a
   * write unit stores 16 timestamps instead of 1.9, and the median answer takes 21 ms longer (decision 0001).
   */
  commitWindowMs: setting(integer(COMMIT_WINDOW_MS.min, COMMIT_WINDOW_MS.max), 0, 50),
  /** Requests per second that one instance admits before it answers 429. 0: no limit, the fleet scales instead. */
  rateLimitPerSecond: setting(integer(0, 1_000_000), 0, 0),
  /** Requests that one instance admits at once after an idle period; 0: as many as in a second. */
  rateLimitBurst: setting(integer(0, 1_000_000), 0, 0),
  /** CPU load on request, for scaling drills; off in production, because it is public. */
  loadEndpoint: setting(flag, true, false),
  /** Instances to add, by the fleet's average CPU: the higher the load, the more instances. */
  scaleOut: setting(outSteps, SCALE_OUT, SCALE_OUT),
  /** Minutes above the first step before scaling out. Two, because a single minute may be noise. */
  scaleOutPeriods: setting(integer(1, 60), 2, 2),
  /** Instances to remove. Few, because an extra instance costs cents, but a missing one affects users. */
  scaleIn: setting(inSteps, SCALE_IN, SCALE_IN),
  /** Minutes below the first step before scaling in. */
  scaleInPeriods: setting(integer(1, 60), 10, 10),
  /** Seconds until a new instance counts in the average. Booting takes about 30 s, the rest is JIT compilation. */
  warmupS: setting(integer(1, 3600), 90, 90),
  /** Replacing instances removes old kernels and leaks, and tests regularly that launching works. */
  maxInstanceLifetimeDays: setting(integer(1, 365), 14, 7),
  /** Raises the minimum before known peaks: `name=cron=minimum`, with the five fields of Unix cron, in UTC. */
  schedule: setting(listOf(scheduledMinimum), [], []),

  /** Certificate for HTTPS. With `domainName` and a hosted zone, one is created and validated instead. */
  certificateArn: setting(optional(text(/^arn:[\w-]+:acm:/, 'the ARN of an ACM certificate')), '', ''),
  /** DNS name of the service; requires the hosted zone. */
  domainName: setting(optional(text(/^[a-z0-9.-]+\.[a-z]{2,}$/, 'a name such as stampede.example.org')), '', ''),
  hostedZoneId: setting(optional(text(/^Z[A-Z0-9]+$/, 'the id of a Route 53 hosted zone')), '', ''),
  hostedZoneName: setting(optional(text(/^[a-z0-9.-]+\.[a-z]{2,}$/, 'a name such as example.org')), '', ''),
  /** A trial must not require a domain, and production must not run without TLS. */
  allowPlainHttp: setting(flag, true, false),
  /** Whether reading needs a token. Records have client addresses, and users have e-mail addresses. */
  readToken: setting(oneOf('required', 'none'), 'required', 'required'),
  /** Whether recording and creating users needs a token. `none`, because recording is meant to be public. */
  writeToken: setting(oneOf('required', 'none'), 'none', 'none'),
  /**
   * With an issuer, the load balancer forwards only requests with a valid JSON Web Token (RS256) of that issuer, so that
   * other requests reach no instance. It replaces `readToken` and `writeToken`, which use the same header.
   */
  jwtIssuer: setting(optional(httpsUrl), '', ''),
  /** Where the issuer publishes its keys (JWKS), on the internet. */
  jwtKeys: setting(optional(httpsUrl), '', ''),
  /** Claims that a token must have besides `iss` and `exp`: `aud=stampede`, or `scope:space-separated-values=record`. */
  jwtClaims: setting(listOf(jwtClaim, 0, 10), [], []),
  /** PEM bundle of the certificate authorities of the clients. If set, the load balancer uses mutual TLS. */
  clientAuthorities: setting(optional(s3Object), '', ''),
  /** Off, because WAF costs 0.60 USD per million requests: about 3,900 USD a month at the sustained rate of prod. */
  waf: setting(flag, false, false),
  /** Requests from one address in 5 minutes before WAF blocks it. */
  wafRatePerAddress: setting(integer(10, 2_000_000_000), 100_000, 100_000),
  /** Sends traces to X-Ray: one request per second and worker, and those that callers mark as sampled. */
  tracing: setting(flag, false, false),
  /** Prevents accidental deletion of the stacks, of the fleet, and of the load balancer, whose address would change. */
  loadBalancerProtection: setting(flag, false, true),
  /** Logs each health check of the load balancer, with the reason of a failure. Costs a few cents of S3 a month. */
  healthCheckLogs: setting(flag, true, true),
  /** Allows `npm run zone` to shift traffic and new instances away from an impaired zone, free of charge. */
  zonalShift: setting(flag, true, true),
  /**
   * Capacity units that the load balancer keeps ready for an announced peak; otherwise it takes minutes to grow. 0: none.
   * One unit serves 25 new connections/s or 1 GB an hour, about 0.28 MB/s, and costs about 6 USD a month even when
   * it is idle. AWS lets the reservation be lowered only twice a day.
   */
  minimumLoadBalancerCapacity: setting(integer(0, 15_000), 0, 0),

  /** Table, key and backups survive `destroy`. False for a temporary stage, which therefore has no backups. */
  retainData: setting(flag, true, true, false),
  /** Whether DynamoDB deletes expired items, which costs nothing: an idempotency key is used for a day. */
  ttl: setting(flag, true, true),
  /**
   * Point-in-time recovery covers 35 days; monthly backups, each a full copy of the table, are kept for longer. If table
   * and point-in-time recovery are both lost, up to a month of timestamps is lost (decision 0042).
   */
  backupRetentionDays: setting(integer(35, 3650), 35, 365),
  /** Restores the newest backup every month, which costs as much as a restore: only a restored backup is known to work. */
  restoreTests: setting(flag, true, true),
  /**
   * Exports each day to S3, for queries with SQL over years (docs/operate.md). It costs about 0.10 USD per GB, once, and
   * then a tenth of the table's storage.
   */
  archive: setting(flag, false, true),
  /**
   * Days after which timestamps expire in the table; 0: never. They stay in the archive, which is required. DynamoDB deletes
   * them free of charge. A change is true for new timestamps; old ones keep the day on which they expire.
   */
  retentionDays: setting(integer(0, 36_500), 0, 0),
  logRetentionDays: setting(numberIn(...RETENTION_DAYS), 14, 90, 3),
  /** Load balancer logs: infrequent access after 30 days, Glacier after 90, deleted after this number of days. */
  accessLogRetentionDays: setting(integer(91, 3650), 91, 400),

  /**
   * Records a timestamp every minute from outside, and reads it back: the only alarm that sees what clients see. It costs
   * about 2 USD a month, and its records stay in the table.
   */
  canary: setting(flag, false, true),
  /** Recipient of pages: alarms that cannot wait. If empty, nobody gets them by e-mail. */
  pageEmail: setting(optional(emailAddress), '', ''),
  /** Recipient of tickets: alarms that can wait until the next working day, failed launches, and the budget. */
  ticketEmail: setting(optional(emailAddress), '', ''),
  /**
   * Name of a secret in Secrets Manager, in each region of the stage: the https:// URL where a pager such as PagerDuty or
   * Opsgenie receives pages from Amazon SNS. The URL contains a key, so it is not a setting (decision 0062).
   */
  pagerSecret: setting(optional(text(/^[\w/+=.@-]{1,512}$/, 'the name of a secret')), '', ''),
  /** Workspace of the channels below. A person connects it to the account first, in Amazon Q Developer's console. */
  slackWorkspaceId: setting(
    optional(text(/^T[A-Z0-9]{5,20}$/, 'the id of a Slack workspace such as T01ABCDEF')),
    '',
    '',
  ),
  /** Channel for pages, and one for tickets. AWS permits one configuration of a channel in an account. */
  slackPageChannelId: setting(optional(slackChannel), '', ''),
  slackTicketChannelId: setting(optional(slackChannel), '', ''),
  /**
   * prod: about a quarter more than the first month at the sustained rate, day and night. Storage, point-in-time recovery
   * and backups grow with the table, so raise it from time to time; `npm run cost -- --months` shows how far.
   */
  monthlyBudgetUsd: setting(integer(1, 1_000_000), 150, 1_200, 50),
  /** An older image lacks a month or more of security updates. */
  imageMaxAgeDays: setting(integer(1, 365), 60, 35),
  /**
   * Repository whose workflows may deploy this stage through OIDC. The ids are those of GitHub. Tokens of
   * repositories that were created or renamed since 2026-07-15 contain them. If empty, there is no role.
   */
  githubRepository: setting(
    optional(text(/^[\w.-]+(\/[\w.-]+|@\d+\/[\w.-]+@\d+)$/, 'owner/name or owner@id/name@id')),
    '',
    '',
  ),
  /**
   * Creates the role of `.github/workflows/branch.yml`, which deploys the environment of a branch. Off, because anyone who
   * may push a branch could then deploy through the roles of `cdk bootstrap` (decision 0055).
   */
  branchEnvironments: setting(flag, false, false),
  /**
   * Qualifier of the `cdk bootstrap` that deploys this stage, part of the names of its roles. With a qualifier of its
   * own, the pipeline of another stage in the account cannot assume these roles.
   */
  bootstrapQualifier: setting(
    text(/^[a-z0-9]{1,10}$/, '1 to 10 lower-case letters and digits'),
    DEFAULT_QUALIFIER,
    DEFAULT_QUALIFIER,
  ),
} as const;

/** The validated settings of one deployment. */
export type Settings = { readonly [Name in keyof typeof TABLE]: z.output<(typeof TABLE)[Name]['type']> };
