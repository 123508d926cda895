import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { OperatorError } from '../cli/errors.ts';
import { CLIENT_SETTINGS } from './client-settings.ts';
import { explained } from './explained.ts';
import type { TemplateVersion } from './launch-templates-ec2.ts';

/** An Auto Scaling group and its members. */
export interface Group {
  readonly name: string;
  readonly min: number;
  readonly desired: number;
  readonly max: number;
  readonly members: readonly Member[];
  /** What it launches. @default - a mixed policy, or none of ours */
  readonly launchTemplate?: TemplateVersion;
}

/** An instance as its group sees it. */
export interface Member {
  readonly id: string;
  readonly zone: string;
  /** `InService`, `Pending:Wait`, `Terminating` ... */
  readonly lifecycle: string;
  readonly health: string;
}

/** The last instance refresh of a group. */
export interface Refresh {
  readonly status: string;
  readonly percent: number;
  readonly reason: string;
}

const client = () => new AutoScalingClient(CLIENT_SETTINGS);

/** @throws OperatorError when no group has that name */
export async function describeGroup(name: string): Promise<Group> {
  const call = client().send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }));
  const group = (await explained(`read the Auto Scaling group ${name}`, call)).AutoScalingGroups?.[0];
  if (!group) throw new OperatorError(`there is no Auto Scaling group ${name}: deploy the stage again`);
  const members = (group.Instances ?? []).map((instance) => ({
    id: instance.InstanceId ?? '',
    zone: instance.AvailabilityZone ?? '',
    lifecycle: instance.LifecycleState ?? '',
    health: instance.HealthStatus ?? '',
  }));
  const { MinSize: min = 0, DesiredCapacity: desired = 0, MaxSize: max = 0 } = group;
  const { LaunchTemplateId: id, Version: version } = group.LaunchTemplate ?? {};
  return { name, min, desired, max, members, ...(id && version && { launchTemplate: { id, version } }) };
}

/** Reads the newest instance refresh of a group; undefined when it never had one. */
export async function latestRefresh(name: string): Promise<Refresh | undefined> {
  const call = client().send(new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: name, MaxRecords: 1 }));
  const refresh = (await explained(`read the instance refreshes of ${name}`, call)).InstanceRefreshes?.[0];
  if (!refresh) return undefined;
  const { Status: status = '', PercentageComplete: percent = 0, StatusReason: reason = '' } = refresh;
  return { status, percent, reason };
}

/** Sets how many instances a group shall have. */
export async function setDesiredCapacity(name: string, desired: number): Promise<void> {
  const call = client().send(
    new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: desired, HonorCooldown: false }),
  );
  await explained(`set the capacity of ${name} to ${desired}`, call);
}

/** Subnets that a group launches its instances in. */
export async function subnetsOfGroup(name: string): Promise<readonly string[]> {
  const call = client().send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }));
  const group = (await explained(`read the Auto Scaling group ${name}`, call)).AutoScalingGroups?.[0];
  return (group?.VPCZoneIdentifier ?? '').split(',').filter((subnet) => subnet !== '');
}
