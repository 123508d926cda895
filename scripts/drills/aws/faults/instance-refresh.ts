import { cancelRefresh, latestRefresh, startRefresh } from '../../../aws/auto-scaling.ts';
import { type DrilledStage, isAtCapacity, isRefreshing, type Snapshot } from '../snapshot.ts';
import type { Fault } from './fault.ts';

/** Replaces every instance, as the deployment of a new image does. */
export function prepareRefresh({ autoScalingGroup }: DrilledStage, before: Snapshot): Fault {
  let isOurs = false;
  return {
    intent: `replace all ${before.group.desired} instances of ${autoScalingGroup} by an instance refresh`,
    async cause() {
      const id = await startRefresh(autoScalingGroup);
      isOurs = true;
      return `instance refresh ${id}`;
    },
    isOver: (now) => now.refresh?.status === 'Successful' && isAtCapacity(now),
    async restore() {
      const refresh = isOurs ? await latestRefresh(autoScalingGroup) : undefined;
      if (isRefreshing({ refresh })) await cancelRefresh(autoScalingGroup);
    },
  };
}
