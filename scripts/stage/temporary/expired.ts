import type { Stack } from '../../aws/cloudformation.ts';
import type { DeployedStage } from '../stages.ts';

/** The stages whose time is over. `busy` are those that a deployment changes now: it may extend their time. */
export function expiredStages(stages: readonly DeployedStage[], now: Date) {
  const over = stages.filter(({ expires }) => expires !== undefined && expires <= now);
  const busy = over.flatMap(({ stage, stacks }) => {
    const stack = stacks.find(isChanging);
    return stack ? [{ stage, stack }] : [];
  });
  return { expired: over.filter(({ stacks }) => !stacks.some(isChanging)), busy };
}

/** A deletion in progress is not one: it is waited for. */
function isChanging({ status }: Stack): boolean {
  return status.endsWith('_IN_PROGRESS') && !/^(DELETE|REVIEW)_/.test(status);
}
