import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { UsageError } from '../../../cli/errors.ts';
import { becomesTrue, waitQuietly } from '../../../cli/wait.ts';
import { judge } from '../../core/judge.ts';
import type { JudgedRun } from '../../core/report/report.ts';
import type { Check, DrillRun } from '../../core/run-record.ts';
import { Timeline } from '../../core/timeline.ts';
import { acknowledgedIn, compareWithTable, observationsOf } from '../answers.ts';
import { type StoredItem, timestampsOf } from '../stage/item-reader.ts';
import { TIME_FACTORS } from '../stage/stage-facts.ts';
import { timestampsIn } from '../stage/table-reader.ts';
import {
  drainedCheck,
  equalTablesCheck,
  missingIn,
  notDoubledCheck,
  recoveryPointCheck,
  recoveryTimeCheck,
  recoveryTimeMs,
} from './region-checks.ts';
import { readReplicationLagS, readSettledUntil, requestOf } from './stage-requests.ts';
import { REGIONS, REPLICATION_LAG_MS, type TwoRegions } from './two-regions.ts';
import { DNS_MS, type Users } from './users.ts';

interface RegionDrill {
  readonly name: string;
  readonly summary: string;
  /** Largest share of failed requests. */
  readonly errorRatio: number;
  readonly run: (regions: TwoRegions, users: Users, timeline: Timeline) => Promise<Check[]>;
}

const STEADY_MS = 3_000;
const HEALTH = { errorRatio: 0.01, p99Ms: 2_000 };
const [HOME, OTHER] = [REGIONS[0].region, REGIONS[1].region];
/** A region knows how far the other one is complete when its heartbeats are a minute old. */
const SETTLED_DEADLINE_MS = 180_000;
const PAUSE_MS = 18_000;
/** A heartbeat that was written before the pause has been read after this. */
const LAST_HEARTBEAT_MS = 8_000;
const EQUAL_DEADLINE_MS = 30_000;
/** An instance lists the bucket within a second of its start, and at most 90 s after an empty listing. */
const DRAIN_DEADLINE_MS = 100_000;
/** On a slow machine the pause counts as one of more than 30 s. Then a region waits as long again (decision 0046). */
const ADVANCE_DEADLINE_MS = 90_000;
const SERVED_DEADLINE_MS = 30_000;
const LOOK_MS = 500;

/** The drills of a rehearsal with two regions, in their order: `fail-back` ends what `lose-region` began. */
const DRILLS: readonly RegionDrill[] = [
  {
    name: 'pause-replication',
    summary: 'the replication between the regions pauses; both keep recording',
    errorRatio: 0,
    run: pauseReplication,
  },
  {
    name: 'lose-region',
    summary: 'the home region is lost, with its instances, load balancer, database and bucket',
    // Half of the users wait for the health checks and the TTL, each request up to its timeout.
    errorRatio: 0.6,
    run: loseRegion,
  },
  {
    name: 'fail-back',
    summary: 'the lost region returns, and so do its users',
    errorRatio: 0.05,
    run: failBack,
  },
];

/** The drills with these names, all without names. @throws UsageError for another name */
export function regionDrills(names: readonly string[] | undefined): readonly RegionDrill[] {
  const unknown = names?.find((name) => !DRILLS.some((drill) => drill.name === name));
  if (unknown !== undefined) {
    const known = DRILLS.map(({ name }) => name).join(', ');
    throw new UsageError(`there is no drill '${unknown}' with two regions: expected ${known}`);
  }
  const chosen = DRILLS.filter(({ name }) => names?.includes(name) ?? true);
  const [lost, back] = ['lose-region', 'fail-back'].map((name) => chosen.some((drill) => drill.name === name));
  if (back && !lost) throw new UsageError('fail-back follows lose-region: run both');
  return chosen;
}

/** Runs a drill while users send requests, then judges it. */
export async function runRegionDrill(drill: RegionDrill, regions: TwoRegions, users: Users): Promise<JudgedRun> {
  const { name, summary, errorRatio } = drill;
  console.error(`${name}: ${summary}`);
  const timeline = new Timeline(Date.now());
  for (const stage of [regions.home, regions.other]) stage.fleet.log = (text) => timeline.log(text);
  await sleep(STEADY_MS);
  const checks = await drill.run(regions, users, timeline);
  // A request that was sent before the end of the drill ends within its timeout.
  await sleep(name === 'lose-region' ? users.requestTimeoutMs : LOOK_MS);
  const answers = users.answers().filter(({ sentAtMs }) => sentAtMs >= timeline.startedAtMs);
  for (const { region, state, atMs } of users.healthChanges().filter((each) => each.atMs >= timeline.startedAtMs)) {
    timeline.addEvent(timeline.secondOf(atMs), `health check of ${region}: ${state}`, state === 'unhealthy');
  }
  const stored = (await Promise.all([regions.home.readTable(), regions.other.readTable()])).flat();
  // What a region has accepted may still be in its bucket, as long as it is lost.
  stored.push(...(await regions.home.readBucket()).flatMap(({ timestamps }) => timestamps));
  const run: DrillRun = {
    drill: name,
    summary,
    startedAt: new Date(timeline.startedAtMs).toISOString(),
    durationS: timeline.second,
    timeFactor: TIME_FACTORS.loadBalancer,
    observations: timeline.join(observationsOf(answers, timeline.startedAtMs)),
    faults: timeline.faults,
    alarms: [],
    events: timeline.events,
    durability: compareWithTable(acknowledgedIn(answers), stored),
  };
  return { run, verdict: judge(run, { health: HEALTH, errorRatio }, checks) };
}

async function pauseReplication({ home, other, replication }: TwoRegions, users: Users, timeline: Timeline) {
  const settled = () => readSettledUntil(users.namespace, other);
  const isKnown = async () => (await settled()) !== undefined;
  await waitQuietly(`${OTHER} to know how far ${HOME} is complete`, isKnown, SETTLED_DEADLINE_MS, LOOK_MS);
  const end = timeline.beginFault('the replication pauses');
  replication.pause();
  await sleep(LAST_HEARTBEAT_MS);
  const first = await settled();
  await sleep(PAUSE_MS - LAST_HEARTBEAT_MS);
  const [last, lagS] = [await settled(), await readReplicationLagS(other)];
  replication.resume();
  end();
  const resumedAt = new Date().toISOString();
  timeline.log('the replication continues');
  // Sort keys of blocks begin with a time. Users go on recording.
  const isOlder = ({ sk, records }: StoredItem) => records.length === 0 || sk < resumedAt;
  const read = async () => {
    const tables = await Promise.all([home.readItems(), other.readItems()]);
    return tables.map((items) => items.filter(isOlder)) as [StoredItem[], StoredItem[]];
  };
  let tables = await read();
  const areEqual = async () => {
    tables = await read();
    return equalTablesCheck(...tables).passed;
  };
  await becomesTrue(areEqual, EQUAL_DEADLINE_MS, LOOK_MS);
  const advances = await becomesTrue(
    async () => ((await settled()) ?? '') > (last ?? ''),
    ADVANCE_DEADLINE_MS,
    LOOK_MS,
  );
  return [
    {
      check: 'settledUntil stops while the replication pauses',
      passed: first !== undefined && first === last,
      measured: `${first} and ${last}, ${(PAUSE_MS - LAST_HEARTBEAT_MS) / 1_000} s later`,
      expected: 'the same time',
    },
    {
      check: 'the metric ReplicationLag rises',
      passed: lagS !== undefined && lagS * 1_000 >= LAST_HEARTBEAT_MS,
      measured: lagS === undefined ? 'it has no value' : `${lagS.toFixed(1)} s`,
      expected: `at least ${LAST_HEARTBEAT_MS / 1_000} s at the end of the pause`,
    },
    {
      check: 'settledUntil advances after the pause',
      passed: advances,
      measured: advances ? 'it does' : `still ${last}`,
      expected: 'a later time',
    },
    equalTablesCheck(...tables),
  ];
}

/** Records that are of no user: that of the idempotency key. */
const KEYED_RECORDS = 1;
const recordSchema = z.object({ timestamp: z.string() });
const KEY = ['--request', 'POST', '--header', 'Idempotency-Key: "a-key-of-the-rehearsal"'];

/** Timestamps that are in the bucket of the home region when it is lost. Users send 10 requests a second. */
const SPILLED = 10;

function spilledIn(users: Users): string[] {
  return acknowledgedIn(users.answers().filter(({ region, status }) => region === HOME && status === 202));
}

async function loseRegion({ home, other, replication }: TwoRegions, users: Users, timeline: Timeline) {
  const keyed = await requestOf(users.namespace, home, '/app', KEY);
  await sleep(REPLICATION_LAG_MS);
  const endOfDatabase = timeline.beginFault(`the database of ${HOME} is cut off, its bucket takes the timestamps`);
  await home.database.cut();
  const hasSpilled = async () => spilledIn(users).length >= SPILLED;
  await waitQuietly(`${SPILLED} timestamps to be spilled in ${HOME}`, hasSpilled, SERVED_DEADLINE_MS, LOOK_MS);
  endOfDatabase();
  const end = timeline.beginFault(`${HOME} is lost`);
  replication.pause();
  home.fleet.canLaunch = false;
  await Promise.all([
    ...home.attachments.map((attachment) => attachment.cut()),
    ...home.fleet.members.map(({ instance }) => instance.cutPower()),
  ]);
  const lostAtMs = Date.now();
  const since = () => users.answers().filter(({ sentAtMs }) => sentAtMs >= timeline.startedAtMs);
  await becomesTrue(() => recoveryTimeMs(since(), HOME) !== undefined, SERVED_DEADLINE_MS);

  const inHome = users.answers().filter(({ region, sentAtMs }) => region === HOME && sentAtMs < lostAtMs);
  const missing = missingIn(acknowledgedIn(inHome), await other.readTable());
  for (const timestamp of missing) timeline.log(`acknowledged and not replicated: ${timestamp}`);
  const waiting = replication.notReplicated(HOME).flatMap(({ value }) => {
    const [sk, lines] = [value?.['sk']?.['S'], value?.['lines']?.['S']];
    return typeof sk === 'string' && typeof lines === 'string' ? timestampsIn(sk, lines) : [];
  });
  const spilled = (await home.readBucket()).flatMap(({ timestamps }) => timestamps);
  const json = ['--header', 'content-type: application/json', '--data', '{"username":"ada","email":"ada@example.com"}'];
  const user = await requestOf(users.namespace, other, '/users', json);
  const repeated = await requestOf(users.namespace, other, '/app', KEY);
  end();
  const [before, after] = [keyed, repeated].map(({ body }) => recordSchema.safeParse(JSON.parse(body)).data?.timestamp);
  return [
    recoveryTimeCheck(recoveryTimeMs(since(), HOME), DNS_MS.healthCheck, DNS_MS.ttl),
    recoveryPointCheck(missing, [...waiting, ...spilled]),
    {
      check: 'a user is not created outside the home region',
      passed: user.status === 421,
      measured: `${user.status}`,
      expected: '421',
    },
    {
      check: 'an idempotency key that was replicated is honoured in the other region',
      passed: before !== undefined && before === after,
      measured: `${before} and ${after}`,
      expected: 'the record of the first request',
    },
  ];
}

async function failBack({ home, other, replication }: TwoRegions, users: Users, timeline: Timeline) {
  for (const attachment of home.attachments) await attachment.restore();
  replication.resume();
  home.fleet.canLaunch = true;
  timeline.log(`${HOME} is back`);
  await home.fleet.settled();
  const settledAtMs = Date.now();
  const haveReturned = () =>
    users.answers().some(({ region, sentAtMs, status }) => region === HOME && sentAtMs > settledAtMs && status === 201);
  const returned = await becomesTrue(haveReturned, SERVED_DEADLINE_MS);
  await sleep(STEADY_MS);
  await users.stop();
  let left = await home.readBucket();
  const isDrained = async () => {
    left = await home.readBucket();
    return left.length === 0;
  };
  await becomesTrue(isDrained, DRAIN_DEADLINE_MS, LOOK_MS);
  let tables = await Promise.all([home.readItems(), other.readItems()]);
  const areEqual = async () => {
    tables = await Promise.all([home.readItems(), other.readItems()]);
    return equalTablesCheck(...tables).passed;
  };
  await becomesTrue(areEqual, EQUAL_DEADLINE_MS, LOOK_MS);
  const acknowledged = acknowledgedIn(users.answers());
  const stored = tables.map(timestampsOf);
  const lost = stored.flatMap((timestamps) => missingIn(acknowledged, timestamps));
  return [
    {
      check: `users near ${HOME} return`,
      passed: returned,
      measured: returned ? 'they do' : 'not in time',
      expected: `within ${SERVED_DEADLINE_MS / 1_000} s after its instances serve`,
    },
    {
      check: 'no acknowledged timestamp is lost for good',
      passed: lost.length === 0 && acknowledged.length > 0,
      measured: `${lost.length} of ${acknowledged.length} missing${lost.length > 0 ? `: ${lost.join(', ')}` : ''}`,
      expected: 'none, in either region',
    },
    drainedCheck(spilledIn(users), left.length, stored),
    equalTablesCheck(...tables),
    notDoubledCheck(users.answers(), tables[0], KEYED_RECORDS),
  ];
}
