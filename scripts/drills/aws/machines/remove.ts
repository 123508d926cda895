import { deleteCluster, hasCluster, stopTasks } from '../../../aws/ecs.ts';
import { deleteParameterIfPresent } from '../../../aws/ssm.ts';
import { waitUntil } from '../../../cli/wait.ts';
import { clusterOf, tokenParameterOf } from './names.ts';

/** A task has 30 s to end, once Fargate has begun to stop it. */
const STOP_DEADLINE_MS = 300_000;

/**
 * Stops all machines of a drill, and deletes its cluster and its token. ECS deletes a cluster only after the last task has
 * ended, so nothing sends requests afterwards. Does nothing when nothing is left.
 */
export async function removeMachines(stage: string): Promise<void> {
  // Each is tried even if the other fails: the cluster's tasks cost money, and the parameter is a secret.
  const removals = [removeCluster(clusterOf(stage)), deleteParameterIfPresent(tokenParameterOf(stage))];
  for (const result of await Promise.allSettled(removals)) if (result.status === 'rejected') throw result.reason;
}

async function removeCluster(cluster: string): Promise<void> {
  if (!(await hasCluster(cluster))) return;
  await waitUntil(
    `the machines in ${cluster} to end`,
    async (seen) => {
      await stopTasks(cluster, 'the drill is over');
      if (await deleteCluster(cluster)) return true;
      seen('tasks are stopping');
      return undefined;
    },
    { deadlineMs: STOP_DEADLINE_MS, remedy: 'Repeat npm run drill -- --clean-up' },
  );
}
