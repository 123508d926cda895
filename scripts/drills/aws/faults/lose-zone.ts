import { describeGroup } from '../../../aws/auto-scaling.ts';
import { deregisterTargets, registerTargets } from '../../../aws/elbv2.ts';
import { type DrilledStage, isAtCapacity, type Snapshot, servingMembers } from '../snapshot.ts';
import type { Fault } from './fault.ts';
import { chooseZoneToLose } from './victims.ts';

/** Takes all instances of a zone out of the target group: to users, the zone is gone. */
export function prepareZoneLoss(stage: DrilledStage, before: Snapshot, wantedZone?: string): Fault {
  const { autoScalingGroup, targetGroupArn } = stage;
  const { zone, ids } = chooseZoneToLose(servingMembers(before), wantedZone);
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
      // The group may have replaced some meanwhile: those cannot be registered any more.
      const { members } = await describeGroup(autoScalingGroup);
      const left = ids.filter((id) => members.some((member) => member.id === id && member.lifecycle === 'InService'));
      if (left.length > 0) await registerTargets(targetGroupArn, left);
      isLost = false;
    },
  };
}
