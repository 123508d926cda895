import { alarmPrefixes } from '../../../infra/contract.ts';
import { describeGroup, isInProgress, latestRefresh } from '../../aws/auto-scaling.ts';
import { describeAlarms } from '../../aws/cloudwatch.ts';
import { describeTargets } from '../../aws/elbv2.ts';
import type { Outputs } from '../../stage/outputs.ts';

/** The stage of a drill. */
export type DrilledStage = Outputs<'service'> & { readonly stage: string };

/** A stage at one moment, as AWS describes it. */
export type Snapshot = Readonly<Awaited<ReturnType<typeof takeSnapshot>>>;

/** Asks AWS for the state of a stage. */
export async function takeSnapshot({ stage, autoScalingGroup, targetGroupArn }: DrilledStage) {
  const at = new Date();
  const [group, targets, alarms, refresh] = await Promise.all([
    describeGroup(autoScalingGroup),
    describeTargets(targetGroupArn),
    describeAlarms(alarmPrefixes(stage)),
    latestRefresh(autoScalingGroup),
  ]);
  return { at, group, targets, alarms, refresh };
}

/** Members of the group that serve: in service for the group, healthy for the load balancer. */
export function servingMembers({ group, targets }: Pick<Snapshot, 'group' | 'targets'>) {
  const healthy = new Set(targets.filter(({ state }) => state === 'healthy').map(({ instanceId }) => instanceId));
  return group.members.filter(({ id, lifecycle }) => lifecycle === 'InService' && healthy.has(id));
}

/** Whether every instance that the group wants serves. */
export function isAtCapacity(snapshot: Pick<Snapshot, 'group' | 'targets'>): boolean {
  return snapshot.group.desired > 0 && servingMembers(snapshot).length >= snapshot.group.desired;
}

/** Whether an instance refresh is in progress. */
export function isRefreshing({ refresh }: Pick<Snapshot, 'refresh'>): boolean {
  return isInProgress(refresh);
}
