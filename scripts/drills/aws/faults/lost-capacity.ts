import { describeGroup, type Member } from '../../../aws/auto-scaling.ts';
import { terminateInstance } from '../../../aws/ec2.ts';
import { deregisterTargets, registerTargets } from '../../../aws/elbv2.ts';
import { OperatorError } from '../../../cli/errors.ts';
import type { Fault } from '../fault-course.ts';
import { type DrilledStage, isAtCapacity, type Snapshot, servingMembers } from '../snapshot.ts';

/** Terminates one instance by EC2, so that its group must detect the loss. */
export function prepareTermination(before: Snapshot): Fault {
  const { id, zone } = chooseInstanceToKill(servingMembers(before));
  return {
    intent: `terminate ${id} in ${zone}; its group replaces it`,
    async cause() {
      await terminateInstance(id);
      return `${id} in ${zone} terminated`;
    },
    isOver: (now) => isAtCapacity(now) && !now.group.members.some((member) => member.id === id),
    // A terminated instance cannot be restored; its group launches another.
    restore: async () => undefined,
  };
}

/** Deregisters all instances of a zone from the target group: to users, the zone is lost. */
export function prepareZoneLoss(
  { autoScalingGroup, targetGroupArn }: DrilledStage,
  before: Snapshot,
  wanted?: string,
): Fault {
  const { zone, ids } = chooseZoneToLose(servingMembers(before), wanted);
  let isLost = false;
  return {
    intent: `deregister ${ids.join(', ')}, all of ${zone}, and register them again afterwards`,
    async cause() {
      isLost = true;
      await deregisterTargets(targetGroupArn, ids);
      return `${zone} lost: ${ids.join(', ')} deregistered`;
    },
    isOver: (now) => !isLost && isAtCapacity(now),
    async restore() {
      if (!isLost) return;
      // The group may have replaced some meanwhile: those can no longer be registered.
      const { members } = await describeGroup(autoScalingGroup);
      const left = ids.filter((id) => members.some((member) => member.id === id && member.lifecycle === 'InService'));
      if (left.length > 0) await registerTargets(targetGroupArn, left);
      isLost = false;
    },
  };
}

/** An instance of the zone that has most. @throws OperatorError when no other instance would serve */
export function chooseInstanceToKill(serving: readonly Member[]): Member {
  const chosen = byZone(serving)[0]?.members[0];
  if (chosen && serving.length > 1) return chosen;
  throw new OperatorError(`${serving.length} instances serve: to kill one, expected 2 at least, or nobody is served`);
}

/** The wanted zone, or the one that has most instances. @throws OperatorError when no other zone would serve */
export function chooseZoneToLose(serving: readonly Member[], wanted?: string) {
  const zones = byZone(serving);
  const names = zones.map(({ zone }) => zone).join(', ') || 'none';
  const lost = wanted === undefined ? zones[0] : zones.find(({ zone }) => zone === wanted);
  if (!lost) throw new OperatorError(`no instance serves in zone ${wanted ?? 'any'}: expected one of ${names}`);
  if (zones.length > 1) return { zone: lost.zone, ids: lost.members.map(({ id }) => id) };
  throw new OperatorError(`instances serve in ${names} only: to lose a zone, expected 2 at least, or nobody is served`);
}

/** The members by zone, the largest zone first. */
function byZone(serving: readonly Member[]) {
  return [...Map.groupBy(serving, ({ zone }) => zone)]
    .map(([zone, members]) => ({ zone, members }))
    .sort((one, other) => other.members.length - one.members.length || one.zone.localeCompare(other.zone));
}
