import { setTimeout as sleep } from 'node:timers/promises';
import type { Objectives } from '../drill/verdict.ts';
import { waitQuietly } from '../rehearsal/wait.ts';
import type { LoadShape } from './load.ts';
import type { Stage } from './stage.ts';
import type { Timeline } from './timeline.ts';

/** One drill on this machine. */
export interface RehearsedDrill {
  /** One sentence: what is done to the service. */
  readonly summary: string;
  readonly load: LoadShape;
  /** Called when the steady state has lasted; resolves when the stage is whole again. @default - no fault */
  readonly fault?: (stage: Stage, timeline: Timeline) => Promise<void>;
  readonly objectives: Objectives;
}

/** Times are generous: the machine may be slow and shared, and a slow second is no broken promise. */
const HEALTH = { errorRatio: 0.01, p99Ms: 2_000 };

/** Seconds of even load before a fault. */
export const STEADY_S = 10;

const DATABASE_LOST_MS = 20_000;
const ZONE_LOST_MS = 12_000;
const AFTER_LOAD_DEADLINE_MS = 120_000;

/** All drills by name, in the order in which they run. */
export const DRILLS: Readonly<Record<string, RehearsedDrill>> = {
  steady: {
    summary: 'An even load and no fault.',
    load: { durationS: 20, perS: 40 },
    objectives: { health: HEALTH, errorRatio: 0 },
  },
  'kill-instance': {
    summary: 'The power of one instance is cut; the group replaces it.',
    load: { durationS: 50, perS: 40 },
    fault: killInstance,
    // Until the load balancer notices, one request in two is lost.
    objectives: { health: HEALTH, errorRatio: 0.25, detectS: 20, recoverS: 30 },
  },
  'lose-database': {
    summary: 'The database cannot be reached for 20 s; nothing is acknowledged meanwhile, nobody is replaced.',
    load: { durationS: 60, perS: 20 },
    fault: loseDatabase,
    objectives: { health: HEALTH, errorRatio: 0.7, recoverS: 45 },
  },
  'lose-az': {
    summary: 'One Availability Zone vanishes and comes back.',
    load: { durationS: 70, perS: 40 },
    fault: loseZone,
    objectives: { health: HEALTH, errorRatio: 0.3, detectS: 20, recoverS: 40 },
  },
  'restart-all': {
    summary: 'Every instance is replaced in order, one after the other; no request is lost.',
    load: { durationS: 70, perS: 30 },
    fault: replaceAll,
    objectives: { health: HEALTH, errorRatio: 0 },
  },
};

async function killInstance({ fleet }: Stage, timeline: Timeline): Promise<void> {
  const [victim] = fleet.inService;
  if (!victim) throw new Error('no instance is in service');
  const fromS = timeline.second;
  timeline.tell(`fault: the power of ${victim.id} is cut`);
  timeline.faults.push({ fromS, toS: fromS + 1, text: `power of ${victim.id} cut` });
  await victim.instance.cutPower();
  await hasLeft(() => fleet.members.includes(victim));
  await fleet.settled(AFTER_LOAD_DEADLINE_MS);
}

async function loseDatabase({ network, database }: Stage, timeline: Timeline): Promise<void> {
  const fromS = timeline.second;
  timeline.tell('fault: the database is cut off');
  await network.cut(database);
  await sleep(DATABASE_LOST_MS);
  await network.mend(database);
  timeline.faults.push({ fromS, toS: timeline.second, text: 'database cut off' });
  timeline.tell('the database is back');
}

async function loseZone({ network, fleet }: Stage, timeline: Timeline): Promise<void> {
  const zone = fleet.inService[0]?.zone;
  if (zone === undefined) throw new Error('no instance is in service');
  const fromS = timeline.second;
  const lost = fleet.members.filter((member) => member.zone === zone);
  timeline.tell(`fault: ${zone} is lost`);
  fleet.lostZones.add(zone);
  for (const { attachment } of lost) await network.cut(attachment);
  await hasLeft(() => lost.some((member) => fleet.members.includes(member)));
  await sleep(ZONE_LOST_MS);
  fleet.lostZones.delete(zone);
  timeline.faults.push({ fromS, toS: timeline.second, text: `${zone} lost` });
  timeline.tell(`${zone} is back`);
  await fleet.settled(AFTER_LOAD_DEADLINE_MS);
}

/** Launch before terminate, as the group's instance maintenance policy (100 % healthy at least) demands. */
async function replaceAll({ fleet }: Stage, timeline: Timeline): Promise<void> {
  const fromS = timeline.second;
  for (const old of [...fleet.inService]) {
    fleet.desired += 1;
    await fleet.settled(AFTER_LOAD_DEADLINE_MS);
    // At once the new size, so that the group does not launch in the place of the one that leaves.
    fleet.desired -= 1;
    await fleet.retire(old);
    await fleet.settled(AFTER_LOAD_DEADLINE_MS);
  }
  timeline.faults.push({ fromS, toS: timeline.second, text: 'every instance replaced' });
}

async function hasLeft(isThere: () => boolean): Promise<void> {
  await waitQuietly('the lost instances to leave the group', () => !isThere(), AFTER_LOAD_DEADLINE_MS);
}
