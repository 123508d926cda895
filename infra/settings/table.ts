import { z } from 'zod';
import type { Scaling } from '../scaling/steps.ts';
import {
  flag,
  inSteps,
  integer,
  listOf,
  numberIn,
  oneOf,
  optional,
  outSteps,
  replica,
  scheduledMinimum,
  sshCidr,
  text,
} from './types.ts';

/** One choice of a deployment. */
export interface Setting<T extends z.ZodType = z.ZodType> {
  readonly type: T;
  readonly dev: z.input<T>;
  readonly prod: z.input<T>;
}

function setting<T extends z.ZodType>(type: T, dev: z.input<T>, prod: z.input<T>): Setting<T> {
  return { type, dev, prod };
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

/** Log retention periods that CloudWatch Logs knows, in days. */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 731, 1827] as const;

/**
 * Every choice of a deployment: its type, its value in `dev` (cheap), its value in `prod` (safe), and why.
 * `-c name=value` overrides a value for one deployment; lists are comma-separated.
 */
export const TABLE = {
  /** Also decides which account delivers the load balancer's logs, so that no lookup is needed. */
  region: setting(text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as eu-west-1'), 'eu-west-1', 'eu-west-1'),
  /** Letters of the zones. Surviving the loss of one costs twice the capacity with two, 1.5 times with three. */
  zones: setting(listOf(text(/^[a-f]$/, 'a zone letter'), 2, 3), ['a', 'b'], ['a', 'b', 'c']),
  /** Room for a /20 per private subnet; change it when networks are to be peered. */
  vpcCidr: setting(
    z.cidrv4().endsWith('/16').describe('a /16 network such as 10.20.0.0/16'),
    '10.20.0.0/16',
    '10.30.0.0/16',
  ),
  /** Writes reach DynamoDB through its gateway endpoint, so a NAT failure affects logs and sessions, never timestamps. */
  nat: setting(oneOf('single', 'per-az'), 'single', 'per-az'),
  /** Networks that may reach the bastion's port 22. None: sessions go through Session Manager only. */
  sshCidrs: setting(listOf(sshCidr), [], []),
  /** Rejected traffic shows attacks and wrong rules; all traffic also shows who connected to whom, and costs more. */
  flowLogTraffic: setting(oneOf('REJECT', 'ALL'), 'REJECT', 'ALL'),

  /** Graviton gives more requests per dollar on this workload's shape (CPU-bound Node). */
  architecture: setting(oneOf('arm64', 'x86_64'), 'arm64', 'arm64'),
  /** prod: fixed performance, because CPU credits distort CPU-based scaling. dev: the cheapest that runs it. */
  instanceType: setting(text(/^[a-z][a-z0-9-]*\.[a-z0-9]+$/, 'a type such as c7g.medium'), 't4g.small', 'c7g.medium'),
  /** Timestamps per second at 100 % CPU of one instance of that type. A cautious estimate, not measured on EC2 yet. */
  ratePerInstance: setting(integer(1, 1_000_000), 4_000, 4_000),
  /** Timestamps per second that the fleet must still carry after losing one zone, without scaling first. */
  sustainedRate: setting(integer(1, 1_000_000), 500, 2_500),
  /** Timestamps per second up to which the fleet may grow; limits the bill. */
  peakRate: setting(integer(1, 1_000_000), 5_000, 20_000),
  /** Partition keys of a day, 1,000 write units/s each. May be raised at any time; reading needs one query for each. */
  tableShards: setting(integer(1, 1024), 16, 16),
  /** `POST /app` per second that one instance admits, 429 beyond it; 0: no limit, the fleet scales instead. */
  rateLimitPerSecond: setting(integer(0, 1_000_000), 0, 0),
  /** CPU load on request, for scaling drills; in production anybody could request it. */
  loadEndpoint: setting(flag, true, false),
  /** Instances to add, by the fleet's average CPU. More under a higher load, which shortens an overload. */
  scaleOut: setting(outSteps, SCALE_OUT, SCALE_OUT),
  /** Minutes above the first step before the fleet grows. Two, because a single minute may be noise. */
  scaleOutPeriods: setting(integer(1, 60), 2, 2),
  /** Instances to remove. Slowly, because an instance too many costs cents and one too few affects users. */
  scaleIn: setting(inSteps, SCALE_IN, SCALE_IN),
  /** Minutes below the first step before the fleet shrinks. */
  scaleInPeriods: setting(integer(1, 60), 10, 10),
  /** Seconds until a new instance counts in the average. Booting takes about 30 s, the rest is for its JIT compiler. */
  warmupS: setting(integer(1, 3600), 90, 90),
  /** Old instances keep old kernels and leaks; replacing them also tests every week that launching works. */
  maxInstanceLifetimeDays: setting(integer(1, 365), 14, 7),
  /** Raises the minimum before known peaks: `name=cron=minimum`, with the five fields of Unix cron, in UTC. */
  schedule: setting(listOf(scheduledMinimum), [], []),

  /** Certificate for HTTPS; with `domainName` and a hosted zone one is created and validated instead. */
  certificateArn: setting(optional(text(/^arn:[\w-]+:acm:/, 'the ARN of an ACM certificate')), '', ''),
  /** Name under which clients reach the service; needs the hosted zone. */
  domainName: setting(optional(text(/^[a-z0-9.-]+\.[a-z]{2,}$/, 'a name such as stampede.example.org')), '', ''),
  hostedZoneId: setting(optional(text(/^Z[A-Z0-9]+$/, 'the id of a Route 53 hosted zone')), '', ''),
  hostedZoneName: setting(optional(text(/^[a-z0-9.-]+\.[a-z]{2,}$/, 'a name such as example.org')), '', ''),
  /** Role of this deployment in a pair of regions under one name. */
  failover: setting(oneOf('none', 'primary', 'secondary'), 'none', 'none'),
  /** A trial must not need a domain; production must not run without TLS. */
  allowPlainHttp: setting(flag, true, false),
  /** WAF bills 0.60 USD per million requests: at the sustained rate of prod ~3,900 USD a month, hence a choice. */
  waf: setting(flag, false, false),
  /** Requests of one address in 5 minutes before WAF blocks it. */
  wafRatePerAddress: setting(integer(10, 2_000_000_000), 100_000, 100_000),
  /** Traces of requests in X-Ray: one per second of each worker, and those that callers mark as sampled. */
  tracing: setting(flag, false, false),
  /** Prevents accidental deletion of any stack, and of the load balancer, whose address would change for all clients. */
  loadBalancerProtection: setting(flag, false, true),

  /** Table, key, backups and logs survive `destroy`. A temporary stage (drills in CI) sets false. */
  retainData: setting(flag, true, true),
  /** Regions with a copy of the table: `region=ARN of its key there`. */
  replicas: setting(listOf(replica), [], []),
  /** Whether DynamoDB deletes items whose `expires` has passed. */
  ttl: setting(flag, false, false),
  /** Point-in-time recovery reaches 35 days back; the backup plan keeps longer. */
  backupRetentionDays: setting(integer(35, 3650), 35, 365),
  logRetentionDays: setting(numberIn(...RETENTION_DAYS), 14, 90),
  /** Load balancer logs: infrequent access after 30 days, Glacier after 90, deleted after this many. */
  accessLogRetentionDays: setting(integer(91, 3650), 91, 400),

  /** Where alarms go; empty: the topic has no subscriber yet. */
  alarmEmail: setting(optional(z.email().describe('an e-mail address')), '', ''),
  monthlyBudgetUsd: setting(integer(1, 1_000_000), 150, 600),
  /** An image older than this lacks a month or more of security updates. */
  imageMaxAgeDays: setting(integer(1, 365), 60, 35),
  /** Repository whose workflows may deploy this stage through OIDC; empty: no role. */
  githubRepository: setting(optional(text(/^[\w.-]+\/[\w.-]+$/, 'owner/name')), '', ''),
} as const;

/** The validated choices of one deployment. */
export type Settings = { readonly [Name in keyof typeof TABLE]: z.output<(typeof TABLE)[Name]['type']> };
