import {
  AutoScalingClient,
  type AutoScalingGroup,
  CancelInstanceRefreshCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  type LaunchTemplateSpecification,
  paginateDescribeScalingActivities,
  RollbackInstanceRefreshCommand,
  SetDesiredCapacityCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';
import { CLIENT_SETTINGS, checked, explained } from './call.ts';
import type { TemplateVersion } from './ec2-launch-templates.ts';

/** An Auto Scaling group and its members. */
export interface Group {
  readonly name: string;
  readonly min: number;
  readonly desired: number;
  readonly max: number;
  readonly members: readonly Member[];
  /** What it launches. @default - a mixed policy, or no launch template */
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

/** Something that an Auto Scaling group did. */
export interface Activity {
  readonly startedAt: Date;
  /** `Successful`, `InProgress`, `Failed` ... */
  readonly status: string;
  /** `Launching a new EC2 instance: i-...` */
  readonly text: string;
}

const groupSchema = z.object({
  MinSize: z.number(),
  DesiredCapacity: z.number(),
  MaxSize: z.number(),
  LaunchTemplate: z
    .object({ LaunchTemplateId: z.string(), Version: z.string() })
    .transform(({ LaunchTemplateId: id, Version: version }) => ({ id, version }))
    .optional()
    .catch(undefined),
  Instances: z
    .object({
      InstanceId: z.string(),
      AvailabilityZone: z.string(),
      LifecycleState: z.string(),
      HealthStatus: z.string(),
    })
    .transform((it) => ({
      id: it.InstanceId,
      zone: it.AvailabilityZone,
      lifecycle: it.LifecycleState,
      health: it.HealthStatus,
    }))
    .array()
    .default([]),
});

const activitySchema = z
  .object({ StartTime: z.date(), StatusCode: z.string().default(''), Description: z.string().default('') })
  .transform((it): Activity => ({ startedAt: it.StartTime, status: it.StatusCode, text: it.Description }));

const client = () => new AutoScalingClient(CLIENT_SETTINGS);

async function readGroup(name: string): Promise<AutoScalingGroup> {
  const call = client().send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }));
  const group = (await explained(`read the Auto Scaling group ${name}`, call)).AutoScalingGroups?.[0];
  if (group) return group;
  throw new OperatorError(`there is no Auto Scaling group ${name}: deploy the stage again`);
}

/** @throws OperatorError when no group has that name */
export async function describeGroup(name: string): Promise<Group> {
  const group = checked(`read the Auto Scaling group ${name}`, groupSchema, await readGroup(name));
  const { MinSize: min, DesiredCapacity: desired, MaxSize: max, Instances: members, LaunchTemplate } = group;
  return { name, min, desired, max, members, ...(LaunchTemplate && { launchTemplate: LaunchTemplate }) };
}

/** Subnets that a group launches its instances in. */
export async function subnetsOfGroup(name: string): Promise<readonly string[]> {
  const { VPCZoneIdentifier = '' } = await readGroup(name);
  return VPCZoneIdentifier.split(',').filter((subnet) => subnet !== '');
}

/** What a group did since a moment, the oldest first. */
export async function activitiesSince(group: string, since: Date): Promise<Activity[]> {
  const doing = `read the activities of ${group}`;
  const pages = paginateDescribeScalingActivities({ client: client() }, { AutoScalingGroupName: group });
  const readRecent = async () => {
    const recent: Activity[] = [];
    for await (const { Activities = [] } of pages) {
      const activities = checked(doing, activitySchema.array(), Activities);
      recent.push(...activities.filter(({ startedAt }) => startedAt >= since));
      // The newest come first: six weeks of history need not be read.
      if (activities.some(({ startedAt }) => startedAt < since)) break;
    }
    return recent;
  };
  return (await explained(doing, readRecent())).reverse();
}

/** Sets the desired capacity of a group. */
export async function setDesiredCapacity(name: string, desired: number): Promise<void> {
  const request = { AutoScalingGroupName: name, DesiredCapacity: desired, HonorCooldown: false };
  await explained(`set the capacity of ${name} to ${desired}`, client().send(new SetDesiredCapacityCommand(request)));
}

/** Sets what a group launches from now on; its instances stay. */
export async function launchFrom(group: string, launchTemplate: TemplateVersion): Promise<void> {
  const request = { AutoScalingGroupName: group, LaunchTemplate: specification(launchTemplate) };
  await explained(`set the launch template of ${group}`, client().send(new UpdateAutoScalingGroupCommand(request)));
}

/** Reads the newest instance refresh of a group; undefined when it never had one. */
export async function latestRefresh(name: string): Promise<Refresh | undefined> {
  const call = client().send(new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: name, MaxRecords: 1 }));
  const refresh = (await explained(`read the instance refreshes of ${name}`, call)).InstanceRefreshes?.[0];
  if (!refresh) return undefined;
  const { Status: status = '', PercentageComplete: percent = 0, StatusReason: reason = '' } = refresh;
  return { status, percent, reason };
}

/**
 * Starts to replace the instances of a group; none ends before its replacement is in service. With another launch
 * template than the group's, instances that have it already stay, and a failure is rolled back. Without one all are
 * replaced. Returns the refresh's id.
 */
export async function startRefresh(group: string, launchTemplate?: TemplateVersion): Promise<string> {
  const preferences = {
    MinHealthyPercentage: 100,
    MaxHealthyPercentage: 150,
    SkipMatching: launchTemplate !== undefined,
  };
  const call = client().send(
    new StartInstanceRefreshCommand({
      AutoScalingGroupName: group,
      Strategy: 'Rolling',
      Preferences: { ...preferences, ...(launchTemplate && { AutoRollback: true }) },
      ...(launchTemplate && { DesiredConfiguration: { LaunchTemplate: specification(launchTemplate) } }),
    }),
  );
  return (await explained(`start an instance refresh of ${group}`, call)).InstanceRefreshId ?? '';
}

/** Replaces the instances that a refresh in progress has launched by instances of the previous configuration. */
export async function rollBackRefresh(group: string): Promise<void> {
  const call = client().send(new RollbackInstanceRefreshCommand({ AutoScalingGroupName: group }));
  await explained(`roll the instance refresh of ${group} back`, call);
}

/** Stops the refresh of a group; instances that were replaced already stay. */
export async function cancelRefresh(group: string): Promise<void> {
  const call = client().send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: group }));
  await explained(`cancel the instance refresh of ${group}`, call);
}

function specification({ id, version }: TemplateVersion): LaunchTemplateSpecification {
  return { LaunchTemplateId: id, Version: version };
}
