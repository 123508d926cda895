import { type Random, randomOf } from './engine/random.ts';
import type { Outage, Plan, Step, Weather } from './plan.ts';

const NO_FAULTS: Weather = {
  lostBefore: 0,
  lostAfter: 0,
  silentBefore: 0,
  silentAfter: 0,
  late: 0,
  twice: 0,
  throttled: 0,
  failed: 0,
};

/** Runs of this length have followers. */
const LONG_MS = 12_000;
/** Polls before that have nothing to be wrong about. */
const FIRST_POLL_MS = 9_000;

const NOON = Date.parse('2026-11-21T12:00:00Z') * 1_000;
const MIDNIGHT = Date.parse('2026-11-22T00:00:00Z') * 1_000;

/** The plan of a seed. Some have two regions. Every third run is without faults of single requests, and every third passes midnight. */
export function makePlan(seed: number): Plan {
  const plan = makePlanOfOneRegion(seed);
  const random = randomOf(seed, 5);
  if (random.chance(TWO_REGIONS_SHARE) && plan.refusedEvery === undefined) return withTwoRegions(random, plan);
  return plan.spills && random.chance(STALE_FOLLOWER_SHARE) ? withStaleFollower(random, plan) : plan;
}

/** How far eventually consistent reads usually are behind at most, and in some runs: less than the server assumes, 40 s. */
const [SHORT_STALE_MS, LONG_STALE_MS] = [1_000, 35_000];

const STALE_FOLLOWER_SHARE = 0.1;

/** What is settled for an eventually consistent read was recorded a minute before. A drain may begin 90 s late. */
const STALE_SETTLED_MS = 160_000;

/** The same plan with a follower whose reads are eventually consistent. */
function withStaleFollower(random: Random, plan: Plan): Plan {
  const follows = pollsOf(random, { everyMs: random.integer(3_000, 8_000), forMs: STALE_SETTLED_MS, ...plan });
  return {
    ...plan,
    staleMs: LONG_STALE_MS,
    steps: [...plan.steps, ...follows].toSorted((one, other) => one.atMs - other.atMs),
  };
}

interface Polls extends Pick<Plan, 'machines'> {
  readonly everyMs: number;
  readonly forMs: number;
}

/** The polls of a follower whose reads are eventually consistent. */
function pollsOf(random: Random, { everyMs, forMs, machines }: Polls): Step[] {
  return Array.from({ length: Math.floor(forMs / everyMs) }, (_, index) => ({
    kind: 'follow',
    atMs: (index + 1) * everyMs,
    machine: random.integer(0, machines - 1),
    consistent: false,
  }));
}

function makePlanOfOneRegion(seed: number): Plan {
  const random = randomOf(seed, 2);
  const durationMs = random.pick([1, 3, 5, 8, 12, 24, 24]) * 1_000;
  const isRefused = random.chance(0.02);
  const machines = isRefused ? random.integer(1, 2) : random.integer(1, 3);
  const midnightMs = random.chance(1 / 3) ? random.integer(0, durationMs) : undefined;
  const outage: Outage = { service: 'table', fate: 'lostBefore', share: 1 };
  const events: Step[] = isRefused
    ? [{ kind: 'outage', atMs: 100, outage, forMs: durationMs }]
    : faults(random, durationMs, machines);
  // What goes wrong, goes wrong around midnight, and while something else does.
  const criticalMs = [
    ...events.flatMap(({ atMs }) => [atMs, atMs + 200, atMs + 2_000]),
    ...(midnightMs === undefined ? [] : [midnightMs, midnightMs]),
  ];
  const shards = random.pick([1, 2, 3, 16]);
  const steps = [
    ...posts(random, { durationMs, machines, criticalMs }),
    ...postsWithKeys(random, { durationMs, machines, criticalMs }),
    ...listings(random, durationMs, machines),
    ...polls(random, durationMs, machines),
    ...registrations(random, { durationMs, machines, criticalMs }),
    ...events,
  ];
  return {
    seed,
    epochMicros: midnightMs === undefined ? NOON : MIDNIGHT - midnightMs * 1_000,
    durationMs,
    machines,
    shards: random.chance(0.8) ? [shards] : [shards, shards + random.integer(1, 3)],
    spills: isRefused || random.chance(0.7),
    refusedEvery: isRefused ? random.integer(1, 3) : undefined,
    crashAt: random.chance(isRefused ? 0.7 : 0.15) ? crashOf(random, isRefused) : undefined,
    windowMs: random.pick([0, 0, 10, 50, 250]),
    weather: weatherOf(random),
    staleMs: SHORT_STALE_MS,
    stallShare: random.pick([0, 0, 0.03]),
    expiredKeys: random.chance(0.2) ? ['key-1'] : [],
    steps: steps.toSorted((one, other) => one.atMs - other.atMs),
  };
}

const TWO_REGIONS_SHARE = 0.1;

/** A follower of two regions sees everything by then: the spread, pauses, what is waited after them, and drains. */
const TWO_REGIONS_SETTLED_MS = 360_000;

/** Also less than the spread that the server assumes, which is a minute. */
const SLOWEST_REPLICATION_MS = [500, 30_000, 55_000];

/** The same plan with two regions, which replicate slowly and perhaps pause. A follower asks both. */
function withTwoRegions(random: Random, plan: Plan): Plan {
  const machines = Math.max(2, plan.machines);
  const everyMs = random.integer(6_000, 11_000);
  const follows = Array.from(
    { length: Math.floor(TWO_REGIONS_SETTLED_MS / everyMs) },
    (_, index): Step => ({
      kind: 'follow',
      atMs: (index + 1) * everyMs,
      machine: random.integer(0, machines - 1),
      consistent: true,
    }),
  );
  // With two regions, `settledUntil` is not checked in runs whose clocks step, so these are few.
  const hasSteps = random.chance(0.2);
  const kept = plan.steps.filter(({ kind }) => kind !== 'follow' && (hasSteps || kind !== 'clock'));
  const [shards = 1] = plan.shards;
  const slowestReplicationMs = random.pick(SLOWEST_REPLICATION_MS);
  return {
    ...plan,
    machines,
    slowestReplicationMs,
    shards: random.chance(0.5) ? [shards, shards + random.integer(1, 3)] : plan.shards,
    staleMs: LONG_STALE_MS,
    regionOfKeys: random.pick([0, 1, undefined]),
    steps: [
      ...kept,
      ...follows,
      ...pauses(random, slowestReplicationMs),
      ...(hasSteps ? [clockStep(random, machines)] : []),
      ...laterRequests(random, kept),
      ...pollsOf(random, { everyMs, forMs: TWO_REGIONS_SETTLED_MS, machines }),
    ].toSorted((one, other) => one.atMs - other.atMs),
  };
}

/** Longer than a gap between heartbeats that is no pause, by the time between two of them. */
const SHORTEST_PAUSE_MS = 40_000;
/** With slow replication, this is still within the spread that the server assumes. */
const SHORT_PAUSE_MS = { min: 20_000, max: 24_000 };

/** None, a long one, or two, of which the second may begin before everything has been replicated after the first. */
function pauses(random: Random, slowestReplicationMs: number): Step[] {
  const pause = (atMs: number, min: number, max: number): Step => ({
    kind: 'replication',
    atMs,
    forMs: random.integer(min, max),
  });
  const startMs = random.integer(100, 30_000);
  const number = random.pick([0, 1, 2, 2]);
  if (number < 2) return number === 0 ? [] : [pause(startMs, SHORTEST_PAUSE_MS, 100_000)];
  const firstMs = random.integer(SHORTEST_PAUSE_MS, 60_000);
  const secondMs = startMs + firstMs + random.integer(2_000, 25_000);
  const isShort = slowestReplicationMs <= 30_000;
  const { min, max } = isShort ? SHORT_PAUSE_MS : { min: SHORTEST_PAUSE_MS, max: 60_000 };
  return [pause(startMs, firstMs, firstMs), pause(secondMs, min, max)];
}

/** Long enough that a process starts while the clock of its machine is wrong. */
function clockStep(random: Random, machines: number): Step {
  const machine = random.integer(0, machines - 1);
  const byMs = random.pick([3_600_000, 5_000, -30_000]);
  return { kind: 'clock', atMs: random.integer(0, 20_000), machine, byMs, forMs: random.pick([9_000, 30_000]) };
}

/** Repeats requests with a key while the key, or its record, is replicated. */
function laterRequests(random: Random, steps: readonly Step[]): Step[] {
  const keyed = steps.filter((step) => step.kind === 'post-once');
  return keyed.flatMap((step) =>
    Array.from({ length: random.integer(0, 2) }, () => ({ ...step, atMs: random.integer(step.atMs, 60_000) })),
  );
}

function weatherOf(random: Random): Weather {
  const strength = random.pick([0, 0.01, 0.04]);
  if (strength === 0) return NO_FAULTS;
  const faults = Object.keys(NO_FAULTS).map((fate) => [fate, random.chance(0.6) ? strength * random.next() * 2 : 0]);
  return Object.fromEntries(faults) as Record<keyof Weather, number>;
}

interface Traffic {
  readonly durationMs: number;
  readonly machines: number;
  readonly criticalMs: readonly number[];
}

/** Single requests, and requests that come together, most of them at a critical time. */
function posts(random: Random, { durationMs, machines, criticalMs }: Traffic): Step[] {
  const post = (atMs: number): Step => ({
    kind: 'post',
    atMs: Math.max(0, atMs),
    machine: random.integer(0, machines - 1),
    repeats: random.pick([0, 0, 1, 3]),
    listsAfter: random.chance(0.02),
  });
  const single = Array.from({ length: random.integer(1, 25) }, () => post(random.integer(0, durationMs)));
  const together = Array.from({ length: random.integer(0, 4) }, () => {
    const lengthMs = random.pick([1, 20, 300]);
    const isCritical = criticalMs.length > 0 && random.chance(0.7);
    const startMs = isCritical ? random.pick(criticalMs) - lengthMs / 2 : random.integer(0, durationMs);
    return Array.from({ length: random.integer(2, 25) }, () => post(startMs + random.between(0, lengthMs)));
  });
  return [...single, ...together.flat()];
}

/** Few keys, each with several requests. Some have other content, which the client must not do. */
function postsWithKeys(random: Random, { durationMs, criticalMs }: Traffic): Step[] {
  const keys = random.pick([0, 0, 2, 5]);
  const startMs = random.pick([random.integer(0, durationMs), ...criticalMs]);
  return Array.from({ length: random.integer(keys, 2 * keys) }, (_, index) => ({
    kind: 'post-once',
    atMs: Math.max(0, startMs + random.integer(0, random.pick([1, 10, 2_000]))),
    key: { text: `key-${1 + (index % keys)}`, content: random.chance(0.1) ? 'other' : '' },
    repeats: random.pick([0, 1, 3]),
  }));
}

/** Creations of users that compete for the same few names. */
function registrations(random: Random, { durationMs, machines, criticalMs }: Traffic): Step[] {
  const startMs = random.pick([random.integer(0, durationMs), ...criticalMs]);
  const hasKeys = random.chance(0.5);
  return Array.from({ length: random.pick([0, 0, 2, 5]) }, () => ({
    kind: 'register',
    atMs: startMs + random.integer(0, random.pick([2, 10, 2_000])),
    machine: random.integer(0, machines - 1),
    username: `user-${random.integer(1, 2)}`,
    email: `user-${random.integer(1, 3)}@example.com`,
    ...(hasKeys && { key: `user-key-${random.integer(1, 2)}` }),
  }));
}

function listings(random: Random, durationMs: number, machines: number): Step[] {
  return Array.from({ length: random.integer(0, 3) }, () => ({
    kind: 'list',
    atMs: random.integer(0, durationMs),
    machine: random.integer(0, machines - 1),
    limit: random.pick([1, 2, 7, 100]),
    consistent: random.chance(0.8),
  }));
}

/** What is settled was recorded at least 20 s before. */
const SETTLING_MS = 20_000;

/** The polls of a follower, until everything of the run is settled. */
function polls(random: Random, durationMs: number, machines: number): Step[] {
  if (durationMs < LONG_MS || random.chance(0.7)) return [];
  const everyMs = random.integer(700, 1_500);
  return Array.from({ length: Math.floor((durationMs + SETTLING_MS - FIRST_POLL_MS) / everyMs) }, (_, index) => ({
    kind: 'follow',
    atMs: FIRST_POLL_MS + index * everyMs,
    machine: random.integer(0, machines - 1),
    consistent: true,
  }));
}

/** An outage that loses all requests, after which the first ones take long: a block can appear late in its time. */
function lateOutage(random: Random, atMs: number): Step[] {
  const service = 'table';
  const lostMs = random.integer(5_500, 7_500);
  const lost: Outage = { service, fate: random.pick(['lostBefore', 'silentBefore', 'throttled']), share: 1 };
  return [
    { kind: 'outage', atMs, outage: lost, forMs: lostMs },
    { kind: 'outage', atMs: atMs + lostMs, outage: { service, fate: 'late', share: 1 }, forMs: 2_500 },
  ];
}

function faults(random: Random, durationMs: number, machines: number): Step[] {
  return Array.from({ length: random.integer(0, 3) }, () => {
    const atMs = random.integer(0, durationMs);
    if (durationMs >= LONG_MS && random.chance(0.15)) return lateOutage(random, random.integer(0, durationMs / 2));
    const kind = random.pick(['outage', 'outage', 'outage', 'crash', 'pause', 'clock'] as const);
    if (kind !== 'outage') return [processFault(random, kind, atMs, machines)];
    const forMs = random.pick([200, 1_500, 5_000, 15_000]);
    const outage: Step = { kind, atMs, outage: outageOf(random), forMs };
    // What was spilled is moved into the table after an outage: processes also crash, and services fail, at that time.
    const endMs = atMs + forMs + random.integer(0, 2_500);
    if (random.chance(0.3)) return [outage, processFault(random, 'crash', endMs, machines)];
    if (random.chance(0.3)) return [outage, { kind, atMs: endMs, outage: outageOf(random), forMs: 1_500 }];
    return [outage];
  }).flat();
}

function processFault(random: Random, kind: 'crash' | 'pause' | 'clock', atMs: number, machines: number): Step {
  const machine = random.integer(0, machines - 1);
  if (kind === 'crash') return { kind, atMs, machine, forMs: random.integer(100, 3_000) };
  if (kind === 'pause') return { kind, atMs, machine, forMs: random.pick([5, 80, 700, 4_000, 9_000]) };
  const byMs = random.pick([3_600_000, 5_000, -2_000, -30_000]);
  return { kind, atMs, machine, byMs, forMs: random.pick([20, 150, 9_000]) };
}

/** A crash in the middle of a sequence of requests. */
function crashOf(random: Random, isRefused: boolean): Plan['crashAt'] {
  const commands = isRefused ? ['DeleteObject'] : ['DeleteObject', 'PutObject', 'PutItem', 'TransactWriteItems'];
  const command = `${random.pick(commands)}Command`;
  return { command, number: random.integer(1, 3), afterMicros: random.integer(0, 8_000) };
}

function outageOf(random: Random): Outage {
  return {
    service: random.pick(['table', 'table', 'table', 'spill'] as const),
    fate: random.pick([
      'lostBefore',
      'lostAfter',
      'silentBefore',
      'silentAfter',
      'late',
      'throttled',
      'failed',
    ] as const),
    share: random.pick([0.3, 0.8, 1]),
  };
}
