import { terminateInstance } from '../../../aws/ec2-instances.ts';
import { isAtCapacity, type Snapshot, servingMembers } from '../snapshot.ts';
import type { Fault } from './fault.ts';
import { chooseInstanceToKill } from './victims.ts';

/** Terminates one instance by EC2, behind the back of its group, so that the group must notice. */
export function prepareTermination(before: Snapshot): Fault {
  const { id, zone } = chooseInstanceToKill(servingMembers(before));
  return {
    intent: `terminate ${id} in ${zone}; its group replaces it`,
    async cause() {
      await terminateInstance(id);
      return `${id} in ${zone} terminated`;
    },
    isOver: (now) => isAtCapacity(now) && !now.group.members.some((member) => member.id === id),
    // Nobody revives an instance; its group launches another.
    restore: async () => undefined,
  };
}
