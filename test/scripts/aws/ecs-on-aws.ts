import type { Answers, AwsAnswer, AwsRequest } from './fake-aws.ts';

/** An error of ECS: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html */
function ecsError(name: string, message: string): AwsAnswer {
  return { status: 400, body: { __type: name, message } };
}

/**
 * ECS as far as a drill calls it. A new cluster gets tasks at once, as if artillery had started them. A task that is
 * stopped has not ended at once: the first attempt to delete its cluster is refused. `existing` is a cluster from before.
 */
export function ecsOnAws(
  tasks: number,
  existing?: string,
): {
  readonly answers: Answers;
  readonly clusters: ReadonlyMap<string, Set<string>>;
} {
  const clusters = new Map<string, Set<string>>();
  const create = (name: string) =>
    clusters.set(name, new Set(Array.from({ length: tasks }, (_, n) => `arn:aws:ecs:eu-west-1:1:task/${name}/${n}`)));
  if (existing) create(existing);
  const ending = new Set<string>();
  const inCluster =
    (answer: (tasks: Set<string>, request: AwsRequest) => AwsAnswer) =>
    (request: AwsRequest): AwsAnswer => {
      const found = clusters.get(String(request.params['cluster']));
      return found ? answer(found, request) : ecsError('ClusterNotFoundException', 'Cluster not found.');
    };
  const answers: Answers = {
    DescribeClusters: ({ params }) => {
      const names = params['clusters'] as string[];
      const found = names.filter((name) => clusters.has(name));
      return { body: { clusters: found.map((clusterName) => ({ clusterName, status: 'ACTIVE' })), failures: [] } };
    },
    CreateCluster: ({ params }) => {
      const name = String(params['clusterName']);
      if (!/^[\w-]{1,255}$/.test(name)) return ecsError('InvalidParameterException', 'Invalid cluster name.');
      create(name);
      return { body: { cluster: { clusterName: name, status: 'ACTIVE' } } };
    },
    ListTasks: inCluster((running) => ({ body: { taskArns: [...running] } })),
    StopTask: inCluster((running, { params }) => {
      const task = String(params['task']);
      if (!running.delete(task)) return ecsError('InvalidParameterException', 'The referenced task was not found.');
      ending.add(task);
      return { body: { task: { taskArn: task, desiredStatus: 'STOPPED', lastStatus: 'RUNNING' } } };
    }),
    DeleteCluster: inCluster((running, { params }) => {
      if (running.size > 0 || ending.size > 0) {
        ending.clear();
        const message = 'The Cluster cannot be deleted while Tasks are active.';
        return ecsError('ClusterContainsTasksException', message);
      }
      clusters.delete(String(params['cluster']));
      return { body: { cluster: { status: 'INACTIVE' } } };
    }),
  };
  return { answers, clusters };
}
