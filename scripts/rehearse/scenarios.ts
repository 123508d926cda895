import { setTimeout as sleep } from 'node:timers/promises';
import type { VerdictLine } from '../drill/data.ts';
import type { Objectives } from '../drill/verdict.ts';
import { waitQuietly } from '../rehearsal/wait.ts';
import { badImage, rollingDeploy } from './image-drills.ts';
import { scaleOutAndIn } from './scale-drill.ts';
import type { Stage } from './stage.ts';
import { TIME_FACTORS } from './time-factors.ts';
import type { Timeline } from './timeline.ts';

/** One drill on this machine. */
export interface RehearsedDrill {
  /** One sentence: what is done to the service. */
  readonly summary: string;
  /**
   * Called when the steady state has lasted; resolves when the stage is whole again, with what it checked by itself.
   *
   * @default - no fault
   */
  readonly fault?: (stage: Stage, timeline: Timeline) => Promise<readonly VerdictLine[]>;
  /** Seconds of even load before the fault. @default STEADY_S */
  readonly steadyS?: number;
  /** Seconds of the template that pass in a real one while it runs. @default those of the load balancer */
  readonly timeFactor?: number;
  readonly objectives: Objectives;
}

/** Times are generous: the machine may be slow and shared, and a slow second is no broken promise. */
const HEALTH = { errorRatio: 0.01, p99Ms: 2_000 };

/** Seconds of even load before a fault, and of service as it should be after the recovery. */
export const STEADY_S = 5;

const DATABASE_LOST_MS = 20_000;
const WHOLE_DEADLINE_MS = 120_000;

/** All drills by name, in the order in which they run. */
export const DRILLS: Readonly<Record<string, RehearsedDrill>> = {
  steady: {
    summary: 'An even load and no fault.',
    steadyS: 10,
    objectives: { health: HEALTH, errorRatio: 0 },
  },
  'kill-instance': {
    summary: 'The power of one instance is cut; the group replaces it.',
    fault: killInstance,
    // Until the load balancer notices, one request in two is lost.
    objectives: { health: HEALTH, errorRatio: 0.25, detectS: 20, recoverS: 30 },
  },
  'lose-database': {
    summary: 'The database cannot be reached for 20 s; nothing is acknowledged meanwhile, nobody is replaced.',
    fault: loseDatabase,
    objectives: { health: HEALTH, errorRatio: 0.7, recoverS: 45 },
  },
  'lose-az': {
    summary: 'One Availability Zone vanishes and comes back.',
    fault: loseZone,
    objectives: { health: HEALTH, errorRatio: 0.3, detectS: 20, recoverS: 40 },
  },
  'scale-out-and-in': {
    summary: "Small instances are heated: the template's alarms and steps scale out, and in again when they are calm.",
    timeFactor: TIME_FACTORS.scaling,
    fault: scaleOutAndIn,
    objectives: { health: HEALTH, errorRatio: 0.02, detectS: 20, recoverS: 45 },
  },
  'bad-image': {
    summary: 'An image whose app does not start is rolled out; it gets no traffic and the old instances serve on.',
    fault: badImage,
    objectives: { health: HEALTH, errorRatio: 0, detectS: 40, recoverS: 5 },
  },
  'rolling-deploy': {
    summary: 'A newer image replaces every instance, launch before terminate; no request is lost.',
    fault: rollingDeploy,
    objectives: { health: HEALTH, errorRatio: 0 },
  },
  'restart-all': {
    summary: 'The power of every instance is cut at once; the group comes back by itself and nothing stored is lost.',
    fault: restartAll,
    objectives: { health: HEALTH, errorRatio: 0.7, detectS: 20, recoverS: 60 },
  },
};

async function killInstance({ fleet }: Stage, timeline: Timeline): Promise<VerdictLine[]> {
  const [victim] = fleet.inService;
  if (!victim) throw new Error('no instance is in service');
  const fromS = timeline.second;
  timeline.tell(`fault: the power of ${victim.id} is cut`);
  timeline.faults.push({ fromS, toS: fromS + 1, text: `power of ${victim.id} cut` });
  await victim.instance.cutPower();
  await hasLeft(() => fleet.members.includes(victim));
  await fleet.settled(WHOLE_DEADLINE_MS);
  return [];
}

async function loseDatabase({ network, database, fleet }: Stage, timeline: Timeline): Promise<VerdictLine[]> {
  const fromS = timeline.second;
  const before = [...fleet.members];
  timeline.tell('fault: the database is cut off');
  await network.cut(database);
  await sleep(DATABASE_LOST_MS);
  await network.mend(database);
  timeline.faults.push({ fromS, toS: timeline.second, text: 'database cut off' });
  timeline.tell('the database is back');
  const left = before.filter((member) => fleet.inService.includes(member)).length;
  return [
    {
      promise: 'the health check keeps the fleet in service without a database',
      kept: left === before.length,
      measured: `${left} of ${before.length} instances stayed`,
      expected: 'all of them',
    },
  ];
}

async function loseZone({ network, fleet }: Stage, timeline: Timeline): Promise<VerdictLine[]> {
  const zone = fleet.inService[0]?.zone;
  if (zone === undefined) throw new Error('no instance is in service');
  const fromS = timeline.second;
  const lost = fleet.members.filter((member) => member.zone === zone);
  timeline.tell(`fault: ${zone} is lost`);
  fleet.lostZones.add(zone);
  for (const { attachment } of lost) await network.cut(attachment);
  await hasLeft(() => lost.some((member) => fleet.members.includes(member)));
  await fleet.settled(WHOLE_DEADLINE_MS);
  fleet.lostZones.delete(zone);
  timeline.faults.push({ fromS, toS: timeline.second, text: `${zone} lost` });
  timeline.tell(`${zone} is back`);
  await fleet.settled(WHOLE_DEADLINE_MS);
  const inZone = fleet.inService.filter((member) => member.zone === zone).length;
  return [
    {
      promise: 'the fleet is spread over all zones again',
      kept: inZone > 0,
      measured: `${inZone} of ${fleet.inService.length} instances in ${zone}`,
      expected: 'one at least',
    },
  ];
}

async function restartAll({ fleet }: Stage, timeline: Timeline): Promise<VerdictLine[]> {
  const fromS = timeline.second;
  const lost = [...fleet.members];
  timeline.tell('fault: the power of every instance is cut');
  timeline.faults.push({ fromS, toS: fromS + 1, text: 'power of every instance cut' });
  await Promise.all(lost.map(({ instance }) => instance.cutPower()));
  await hasLeft(() => lost.some((member) => fleet.members.includes(member)));
  await fleet.settled(WHOLE_DEADLINE_MS);
  return [];
}

async function hasLeft(isThere: () => boolean): Promise<void> {
  await waitQuietly('the lost instances to leave the group', () => !isThere(), WHOLE_DEADLINE_MS);
}
