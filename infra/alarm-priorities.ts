/**
 * Who hears of an alarm. `page`: users are affected now, or nobody else would notice. `ticket`: somebody looks at it
 * the next working day. `none`: another alarm reports it, or it is normal operation.
 */
export type Priority = 'page' | 'ticket' | 'none';

/** The priority of an alarm, and why it has it. */
interface Choice {
  readonly priority: Priority;
  readonly reason: string;
}

function page(reason: string): Choice {
  return { priority: 'page', reason };
}

function ticket(reason: string): Choice {
  return { priority: 'ticket', reason };
}

function none(reason: string): Choice {
  return { priority: 'none', reason };
}

const CAUSE = ticket('a cause of UsersAffected, which pages');

/** Every alarm of a stage by its construct id, without the number of a NAT gateway or region. docs/runbook.md shows it. */
export const ALARM_PRIORITIES = {
  UsersAffected: page('users see errors or slow answers, or the fleet is down'),
  FastBurn: page('a month of allowed errors is used up within two days'),
  ClockError: page('timestamps that are recorded now are wrong, and stay wrong'),
  ReplicationLag: page('a lost region cannot raise an alarm itself'),

  CanaryFailed: CAUSE,
  CanarySlow: CAUSE,
  CanarySilent: ticket('the alarms of load balancer and fleet still work'),
  ServerErrors: CAUSE,
  Slow: CAUSE,
  CommitFailures: CAUSE,
  NoHeartbeat: CAUSE,
  UnusualTraffic: ticket('clients are not known to fail; UsersAffected pages if they do'),
  ClientErrors: ticket('the service answers, and clients are told what is wrong'),
  CertificateExpires: ticket('a month is left'),
  Crashes: ticket('pm2 starts another worker; UsersAffected pages if that is not enough'),
  AccessDenied: ticket('if timestamps are affected, UsersAffected pages'),
  UnhealthyHosts: ticket('the load balancer sends no requests to it'),
  SlowBurn: ticket('few errors, over many hours'),
  ClockUnknown: ticket('records say that their error is not known'),
  ClockJumps: ticket('the workers have already been replaced'),
  WorkerRestarts: ticket('the other workers serve'),
  AtMaxCapacity: ticket('the fleet still serves the load; UsersAffected pages if it does not'),
  CapacityMissing: ticket('the remaining instances serve'),
  LaunchesStuck: ticket('the instances in service stay, and a deployment is rolled back'),
  ZoneImbalance: ticket('only the loss of another zone would affect users'),
  LaunchFailedAlarm: ticket('Auto Scaling tries again'),
  TerminateFailedAlarm: ticket('costs money, but affects no users'),
  RefreshFailedAlarm: ticket('the old image serves'),
  StaleImage: ticket('after weeks, one more day makes no difference'),
  TableThrottles: ticket('the server retries and spills'),
  TableSystemErrors: ticket('the server retries and spills'),
  TableUserErrors: ticket('if timestamps are affected, UsersAffected pages'),
  SpilledTimestamps: ticket('clients get 202, and nothing is lost'),
  SpillNotDrained: ticket('nothing is lost; listings are late'),
  SpillUnreachable: ticket('clients notice nothing while DynamoDB works'),
  DeadLetters: ticket('the blocks are kept'),
  ReplicationLatency: ticket('nothing is lost, and each region serves'),
  ArchiveFailed: ticket('the next run exports the same day'),
  ArchiveLate: ticket('35 days are left to export'),
  RestoreTestFailed: ticket('the data is not affected'),
  NatPortsExhausted: ticket('timestamps do not use it'),
  NatDrops: ticket('timestamps do not use it'),

  FastBurnLong: none('a window of FastBurn'),
  FastBurnShort: none('a window of FastBurn'),
  SlowBurnLong: none('a window of SlowBurn'),
  SlowBurnShort: none('a window of SlowBurn'),
  OutAlarm: none('the fleet scales out: normal operation'),
  InAlarm: none('the fleet scales in, or is idle: normal operation'),
} as const satisfies Readonly<Record<string, Choice>>;

/** Returns the priority of an alarm by its construct id. @throws Error if the table does not have it */
export function priorityOf(constructId: string): Priority {
  const name = constructId.replace(/\d+$/, '');
  const choice = (ALARM_PRIORITIES as Readonly<Record<string, Choice>>)[name];
  if (choice) return choice.priority;
  throw new Error(`Alarm ${name} has no priority. Add it to ALARM_PRIORITIES in infra/alarm-priorities.ts`);
}
