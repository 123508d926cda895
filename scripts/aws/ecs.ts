import { ClusterContainsTasksException, ClusterNotFoundException, ECS } from '@aws-sdk/client-ecs';
import { z } from 'zod';
import { CLIENT_SETTINGS, explained, readList } from './call.ts';

const client = () => new ECS(CLIENT_SETTINGS);

/** Whether a cluster exists. A deleted one is still described for a while, as inactive. */
export async function hasCluster(name: string): Promise<boolean> {
  const { clusters = [] } = await explained(
    `read the cluster ${name}`,
    client().describeClusters({ clusters: [name] }),
  );
  return clusters.some(({ status }) => status !== 'INACTIVE');
}

/** Creates a cluster, which costs nothing by itself. */
export async function createCluster(name: string, tags: Readonly<Record<string, string>>): Promise<void> {
  const list = Object.entries(tags).map(([key, value]) => ({ key, value }));
  await explained(`create the cluster ${name}`, client().createCluster({ clusterName: name, tags: list }));
}

/** Stops all tasks of a cluster; each of them has 30 s to end. */
export async function stopTasks(cluster: string, reason: string): Promise<void> {
  const pages = client().paginateListTasks({ cluster, desiredStatus: 'RUNNING' });
  const tasks = await readList(`list the tasks of ${cluster}`, pages, ({ taskArns }) => taskArns, z.string());
  for (const task of tasks) await explained(`stop the task ${task}`, client().stopTask({ cluster, task, reason }));
}

/** Deletes a cluster, if it exists. False while it has tasks that have not ended. */
export async function deleteCluster(name: string): Promise<boolean> {
  const isDeleted = client()
    .deleteCluster({ cluster: name })
    .then(
      () => true,
      (error) => {
        if (error instanceof ClusterNotFoundException) return true;
        if (error instanceof ClusterContainsTasksException) return false;
        throw error;
      },
    );
  return await explained(`delete the cluster ${name}`, isDeleted);
}
