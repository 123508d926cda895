import { setTimeout as sleep } from 'node:timers/promises';
import { waitQuietly } from '../../../cli/wait.ts';
import type { Timeline } from '../../core/timeline.ts';
import { SETTLE_DEADLINE_MS } from '../stage/fleet.ts';
import type { Stage } from '../stage/stage.ts';
import type { FaultOutcome } from './fault.ts';

const DATABASE_LOST_MS = 20_000;

/** Cuts the power of one instance. */
export async function killInstance({ fleet }: Stage, timeline: Timeline): Promise<FaultOutcome> {
  const [victim] = fleet.inService;
  if (!victim) throw new Error('no instance is in service');
  const fromS = timeline.second;
  timeline.tell(`fault: the power of ${victim.id} is cut`);
  timeline.faults.push({ fromS, toS: fromS + 1, text: `power of ${victim.id} cut` });
  await victim.instance.cutPower();
  await hasLeft(() => fleet.members.includes(victim));
  await fleet.settled();
  return { checks: [] };
}

/** Cuts the database off for 20 s. */
export async function loseDatabase({ network, database, fleet }: Stage, timeline: Timeline): Promise<FaultOutcome> {
  const fromS = timeline.second;
  const before = [...fleet.members];
  timeline.tell('fault: the database is cut off');
  await network.cut(database);
  await sleep(DATABASE_LOST_MS);
  await network.restore(database);
  timeline.faults.push({ fromS, toS: timeline.second, text: 'database cut off' });
  timeline.tell('the database is back');
  const left = before.filter((member) => fleet.inService.includes(member)).length;
  return {
    checks: [
      {
        check: 'the health check keeps the fleet in service without a database',
        passed: left === before.length,
        measured: `${left} of ${before.length} instances stayed`,
        expected: 'all of them',
      },
    ],
  };
}

/** Loses a zone until the group is whole without it. */
export async function loseZone({ network, fleet }: Stage, timeline: Timeline): Promise<FaultOutcome> {
  const zone = fleet.inService[0]?.zone;
  if (zone === undefined) throw new Error('no instance is in service');
  const fromS = timeline.second;
  const lost = fleet.members.filter((member) => member.zone === zone);
  timeline.tell(`fault: ${zone} is lost`);
  fleet.lostZones.add(zone);
  for (const { attachment } of lost) await network.cut(attachment);
  await hasLeft(() => lost.some((member) => fleet.members.includes(member)));
  await fleet.settled();
  fleet.lostZones.delete(zone);
  timeline.faults.push({ fromS, toS: timeline.second, text: `${zone} lost` });
  timeline.tell(`${zone} is back`);
  await fleet.settled();
  const inZone = fleet.inService.filter((member) => member.zone === zone).length;
  return {
    checks: [
      {
        check: 'the fleet is spread over all zones again',
        passed: inZone > 0,
        measured: `${inZone} of ${fleet.inService.length} instances in ${zone}`,
        expected: 'one at least',
      },
    ],
  };
}

/** Cuts the power of every instance at once. */
export async function restartAll({ fleet }: Stage, timeline: Timeline): Promise<FaultOutcome> {
  const fromS = timeline.second;
  const lost = [...fleet.members];
  timeline.tell('fault: the power of every instance is cut');
  timeline.faults.push({ fromS, toS: fromS + 1, text: 'power of every instance cut' });
  await Promise.all(lost.map(({ instance }) => instance.cutPower()));
  await hasLeft(() => lost.some((member) => fleet.members.includes(member)));
  await fleet.settled();
  return { checks: [] };
}

async function hasLeft(isThere: () => boolean): Promise<void> {
  await waitQuietly('the lost instances to leave the group', () => !isThere(), SETTLE_DEADLINE_MS);
}
