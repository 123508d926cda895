import { describeGroup, type Group, latestRefresh, type Refresh } from '../../aws/auto-scaling.ts';
import { type Alarm, describeAlarms } from '../../aws/cloudwatch.ts';
import { describeTargets, type Target } from '../../aws/elbv2.ts';
import { alarmPrefixes, type Outputs } from '../../stage/outputs.ts';

/** The stage that a drill is about. */
export interface DrilledStage extends Outputs<'service'> {
  readonly stage: string;
}

/** What AWS said of a stage at one moment. */
export interface Snapshot {
  readonly at: Date;
  readonly group: Group;
  readonly targets: readonly Target[];
  readonly alarms: readonly Alarm[];
  readonly refresh: Refresh | undefined;
}

/** Asks AWS how the stage is. */
export async function takeSnapshot({ stage, autoScalingGroup, targetGroupArn }: DrilledStage): Promise<Snapshot> {
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

/** Whether an instance refresh is on its way. */
export function isRefreshing({ refresh }: Pick<Snapshot, 'refresh'>): boolean {
  return /^(Pending|InProgress|Cancelling|Rollback\w*InProgress|Baking)$/.test(refresh?.status ?? '');
}
