import {
  cancelRefresh,
  type Launches,
  latestRefresh,
  launchFrom,
  rollBackRefresh,
  startRefresh,
} from '../../../aws/auto-scaling.ts';
import { deleteVersion, versionWithImage } from '../../../aws/launch-templates.ts';
import { OperatorError } from '../../../cli/errors.ts';
import { waitUntil } from '../../../cli/wait.ts';
import type { Fault } from '../fault-course.ts';
import { type DrilledStage, isAtCapacity, isRefreshing, type Snapshot } from '../snapshot.ts';

/** A rollback replaces instance by instance, each with boot, launch hook and warm-up. */
const ROLL_BACK_DEADLINE_MS = 3_600_000;

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

/**
 * Replaces every instance by one of another image, as a deployment does, and rolls back afterwards. The version that it
 * creates of the launch template is deleted: otherwise the next deployment would mistake it for its own.
 */
export function prepareImageRollout({ autoScalingGroup }: DrilledStage, before: Snapshot, imageId: string): Fault {
  const original = numbered(before.group);
  let made: Launches | undefined;
  let isStarted = false;
  return {
    intent: `roll ${imageId} out to all ${before.group.desired} instances of ${autoScalingGroup}, and roll back to version ${original.version} of ${original.id}`,
    async cause() {
      made = { ...original, ...(await versionWithImage(original, imageId)) };
      const id = await startRefresh(autoScalingGroup, made);
      isStarted = true;
      return `instance refresh ${id} to ${imageId}`;
    },
    isOver(now) {
      const { status = '', reason = '' } = now.refresh ?? {};
      if (!/^(Rollback|Failed|Cancel)/.test(status)) return status === 'Successful' && isAtCapacity(now);
      throw new OperatorError(`the instance refresh to ${imageId} is ${status}: ${reason}`);
    },
    async restore() {
      if (made === undefined) return;
      if (isStarted) await rollBack(autoScalingGroup, original);
      isStarted = false;
      await deleteVersion(made);
      made = undefined;
    },
  };
}

/** Rolls a running refresh back; one that has ended cannot be rolled back, so the instances are replaced once more. */
async function rollBack(group: string, original: Launches): Promise<void> {
  const refresh = await latestRefresh(group);
  if (isRefreshing({ refresh }) && !refresh?.status.startsWith('Rollback')) await rollBackRefresh(group);
  const ended = await waitUntil(
    `the rollback of ${group}`,
    async (seen) => {
      const now = await latestRefresh(group);
      seen(`${now?.status} ${now?.percent ?? 0} %`);
      return isRefreshing({ refresh: now }) ? undefined : now;
    },
    { deadlineMs: ROLL_BACK_DEADLINE_MS, remedy: `Delete the newest version of ${original.id} when it has ended` },
  );
  if (ended.status === 'RollbackSuccessful') return;
  // First the group: it must launch the original version even if the refresh of the others fails.
  await launchFrom(group, original);
  console.error(`Rolling back by instance refresh ${await startRefresh(group, original)}`);
}

function numbered({ name, launchTemplate }: Snapshot['group']): Launches {
  if (launchTemplate && /^\d+$/.test(launchTemplate.version)) return launchTemplate;
  const launches = `${name} launches ${launchTemplate?.version ?? 'no launch template'}`;
  throw new OperatorError(`${launches}: to roll back, expected a numbered version; deploy the stage again`);
}
