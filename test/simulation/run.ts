import { setImmediate } from 'node:timers/promises';
import { Follower } from './actors/following.ts';
import { type ListOptions, listAll } from './actors/listing.ts';
import { Machine } from './actors/machine.ts';
import { Recorders, type Recording } from './actors/recording.ts';
import { type Registration, register } from './actors/registering.ts';
import type { ServerProcess } from './actors/server-process.ts';
import { checkAdvances } from './invariants/advances.ts';
import { checkAllAnswered, checkAnswer } from './invariants/answers.ts';
import { checkAvailability } from './invariants/availability.ts';
import { checkExactlyOnce } from './invariants/exactly-once.ts';
import { checkKeys, checkKeysOfUsers } from './invariants/keys.ts';
import { checkFinalListing, checkListing } from './invariants/listing.ts';
import { checkMemory } from './invariants/memory.ts';
import { checkOrder } from './invariants/order.ts';
import { checkReading } from './invariants/reading.ts';
import { checkReplicated } from './invariants/replicated.ts';
import { checkSettled } from './invariants/settled.ts';
import { checkNothingSpilled } from './invariants/spilled.ts';
import { checkTime } from './invariants/time.ts';
import { checkRegistrationTime, checkUniqueNames, usersOf } from './invariants/unique-names.ts';
import type { Plan, Step } from './plan.ts';
import { type Region, type Violation, World } from './world.ts';

/** The result of a run. */
export interface Result {
  readonly violation: Violation | undefined;
  /** What happened, one line per event; empty unless it was requested. */
  readonly history: readonly string[];
  /** The numbers of the requests to AWS that had a fault. */
  readonly faultyRequests: readonly number[];
  /** Events of the scheduler. */
  readonly events: number;
  readonly requests: number;
  readonly acknowledged: number;
}

/** After the last step everything has ended by then: deadlines, requests on their way, pauses. */
const SETTLE_MS = 25_000;
const READ_MS = 9_000;
/** Of a listing while requests are recorded: a page of one record reads as many blocks as a long one. */
const MAX_PAGES = 8;
/** After that time without faults a request has been answered. */
const REPEAT_MS = 1_000;
/** A drain that found nothing, or failed, waits for up to 90 s. */
const DRAIN_MS = 10_000;
const MAX_DRAIN_ROUNDS = 15;
/** What is refused is a dead letter after 20 rounds of a process, and as many after a crash. */
const MAX_REFUSED_ROUNDS = 400;
/** A drain may list the bucket at any moment, also at the end. Without faults that takes milliseconds. */
const LISTING_MS = 100;
/** A process that was killed at the end has been replaced by then. */
const REPLACE_MS = 2_000;

/** Runs a plan, and checks the invariants while it runs and at its end. The same plan has the same result. */
export async function runPlan(plan: Plan, { keepHistory = false } = {}): Promise<Result> {
  const world = new World(plan, keepHistory);
  const { scheduler, network } = world;
  let processes = 0;
  const machines = Array.from({ length: plan.machines }, (_, index) => new Machine(world, index, () => processes++));
  const machinesIn = (region: Region) => machines.filter((machine) => machine.region === region);
  const homeMachines = machinesIn(world.home);
  const machinesWithKeys = machines.filter(({ region }) =>
    [undefined, world.regions.indexOf(region)].includes(plan.regionOfKeys),
  );
  const recorders = new Recorders(world);
  const registrations: Registration[] = [];
  const [follower, staleFollower] = [
    new Follower(world, { consistent: true }),
    new Follower(world, { consistent: false }),
  ];
  let untilCrash = plan.crashAt?.number ?? 0;
  world.onSend = (from, command) => {
    if (command !== plan.crashAt?.command || --untilCrash !== 0) return;
    const machine = machines.find(({ process }) => process === from);
    scheduler.after(plan.crashAt.afterMicros, () => machine?.crash(REPLACE_MS / 2));
  };
  for (const key of plan.expiredKeys) world.putExpiredKey(key);
  for (const step of plan.steps) scheduler.at(step.atMs * 1_000, () => take(step));

  await scheduler.runUntil(plan.durationMs * 1_000);
  network.heal();
  let settledMs = plan.durationMs + SETTLE_MS;
  await scheduler.runUntil(settledMs * 1_000);
  const maxRounds = plan.refusedEvery === undefined ? MAX_DRAIN_ROUNDS : MAX_REFUSED_ROUNDS;
  for (let rounds = 0; rounds < maxRounds && !world.violation && isSpilled(); rounds++) {
    settledMs += DRAIN_MS;
    await scheduler.runUntil(settledMs * 1_000);
  }
  world.onSend = () => {};
  if (plan.crashAt !== undefined) {
    settledMs += REPLACE_MS;
    await scheduler.runUntil(settledMs * 1_000);
  }
  settledMs = Math.max(settledMs, ...plan.steps.map(({ atMs }) => atMs + READ_MS));
  await scheduler.runUntil(settledMs * 1_000);
  checkAdvances(
    world,
    machines.map(({ process }) => process),
  );
  const last = world.violation ? [] : await repeatKeys();
  if (!world.violation) await checkEnd(last);
  // Node.js reports a rejection that nobody handles only in a turn of its event loop.
  await setImmediate();
  const { recordings } = recorders;
  return {
    violation: world.violation,
    history: world.history.lines,
    faultyRequests: network.faulty,
    events: scheduler.events,
    requests: recordings.length,
    acknowledged: recordings.filter(({ record }) => record !== undefined).length,
  };

  function isSpilled(): boolean {
    return world.regions.some(({ bucket }) => bucket.spilled.length > 0);
  }

  function onAnswer(recording: Recording, listsAfter: boolean): void {
    checkAnswer(world, recording);
    checkTime(world, recording);
    const { process } = world.random.pick(machinesIn(recording.process.region));
    if (listsAfter && recording.record !== undefined) void checkReading(world, process, recording.record);
    if (listsAfter && recording.record !== undefined && !process.hasEnded)
      list(process, { limit: 100, consistent: true, maxPages: 1 });
  }

  function list(process: ServerProcess, options: ListOptions): void {
    void listAll(world, process, options).then((listing) => checkListing(world, listing, recorders.recordings));
  }

  function take(step: Step): void {
    if (step.kind === 'outage') {
      const { outage, forMs } = step;
      world.history.add('fault', () => `${outage.service}: ${outage.share * 100} % ${outage.fate} for ${forMs} ms`);
      network.begin(outage);
      scheduler.after(forMs * 1_000, () => network.end(outage));
      return;
    }
    if (step.kind === 'replication') {
      world.history.add('fault', () => `nothing is replicated for ${step.forMs} ms`);
      return;
    }
    if (step.kind === 'post-once') {
      recorders.postOnce(machinesWithKeys, step.key, step.repeats, (recording) => onAnswer(recording, false));
      return;
    }
    const machine = machines[step.machine % machines.length] as Machine;
    if (step.kind === 'crash') machine.crash(step.forMs);
    else if (step.kind === 'pause') machine.pause(step.forMs);
    else if (step.kind === 'clock') {
      machine.step(step.byMs);
      scheduler.after(step.forMs * 1_000, () => machine.step(-step.byMs));
    } else if (step.kind === 'register')
      register(world, homeMachines[step.machine % homeMachines.length] as Machine, step, registrations);
    else if (step.kind === 'follow') (step.consistent ? follower : staleFollower).poll(machine);
    else if (step.kind === 'post')
      recorders.post(machine, step.repeats, (recording) => onAnswer(recording, step.listsAfter));
    else if (step.kind === 'list' && !machine.process.hasEnded) list(machine.process, { ...step, maxPages: MAX_PAGES });
  }

  /** Once more, each request with a key is sent, to one region after the other. */
  async function repeatKeys(): Promise<Recording[]> {
    const { recordings } = recorders;
    const before = recordings.length;
    const keys = recordings.flatMap(({ key }) => key ?? []);
    const different = new Map(keys.map((key) => [`${key.text} ${key.content}`, key]));
    for (const region of different.size > 0 ? world.regions : []) {
      for (const key of different.values())
        recorders.postOnce(machinesIn(region), key, 0, (recording) => onAnswer(recording, false));
      settledMs += REPEAT_MS + (plan.slowestReplicationMs ?? 0);
      await scheduler.runUntil(settledMs * 1_000);
    }
    return recordings.slice(before);
  }

  async function checkEnd(last: readonly Recording[]): Promise<void> {
    const { recordings } = recorders;
    checkKeys(world, recordings, last);
    checkKeysOfUsers(world, registrations, new Set(usersOf(world).map(({ id }) => id)));
    checkAllAnswered(world, recordings);
    checkAvailability(world, recordings);
    checkOrder(world, recordings);
    checkNothingSpilled(world);
    checkReplicated(world);
    checkExactlyOnce(world, recordings);
    checkSettled(world, follower, recordings);
    checkSettled(world, staleFollower, recordings);
    checkUniqueNames(world, registrations);
    checkRegistrationTime(world, registrations);
    if (machines.some(({ process }) => (network.unanswered.get(process) ?? 0) > 0)) {
      settledMs += LISTING_MS;
      await scheduler.runUntil(settledMs * 1_000);
    }
    for (const { process } of machines) checkMemory(world, process);
    for (const region of world.regions) {
      const { process } = machinesIn(region)[0] as Machine;
      const listed = listAll(world, process, { limit: 500, consistent: true }).then((listing) =>
        checkFinalListing(world, listing, recordings),
      );
      settledMs += READ_MS;
      await scheduler.runUntil(settledMs * 1_000);
      if (world.violation) return;
      await listed;
    }
  }
}
