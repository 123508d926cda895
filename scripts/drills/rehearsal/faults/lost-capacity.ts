import { waitQuietly } from '../../../cli/wait.ts';
import type { Timeline } from '../../core/timeline.ts';
import { type Fleet, SETTLE_DEADLINE_MS } from '../stage/fleet.ts';
import type { Member } from '../stage/launcher.ts';
import type { Stage } from '../stage/stage.ts';

/** Cuts the power of one instance. */
export async function cutPower({ fleet }: Stage, timeline: Timeline) {
  const instance = fleet.anyInService();
  return await cutPowerOf([instance], `power of ${instance.id} is cut`, fleet, timeline);
}

/** Cuts the power of every instance at once. */
export async function cutAllPower({ fleet }: Stage, timeline: Timeline) {
  return await cutPowerOf(fleet.members, 'power of every instance is cut', fleet, timeline);
}

/** Cuts off a zone until the group is at desired capacity without it. */
export async function loseZone({ fleet }: Stage, timeline: Timeline) {
  const { zone } = fleet.anyInService();
  const lost = fleet.members.filter((member) => member.zone === zone);
  const end = timeline.beginFault(`${zone} is lost`);
  fleet.lostZones.add(zone);
  for (const { attachment } of lost) await attachment.cut();
  await replaced(lost, fleet);
  fleet.lostZones.delete(zone);
  end();
  timeline.log(`${zone} is back`);
  await fleet.settled();
  const inZone = fleet.inService.filter((member) => member.zone === zone).length;
  const measured = `${inZone} of ${fleet.inService.length} instances in ${zone}`;
  const check = 'the fleet is spread over all zones again';
  return { checks: [{ check, passed: inZone > 0, measured, expected: 'at least one' }] };
}

async function cutPowerOf(members: readonly Member[], text: string, fleet: Fleet, timeline: Timeline) {
  const end = timeline.beginFault(text);
  await Promise.all(members.map(({ instance }) => instance.cutPower()));
  end();
  await replaced(members, fleet);
  return {};
}

async function replaced(lost: readonly Member[], fleet: Fleet): Promise<void> {
  const haveLeft = () => !lost.some((member) => fleet.members.includes(member));
  await waitQuietly('the lost instances to leave the group', haveLeft, SETTLE_DEADLINE_MS);
  await fleet.settled();
}
