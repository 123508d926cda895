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
import { CLIENT_SETTINGS, checked, explained, fields } from './call.ts';
import type { TemplateVersion } from './ec2-launch-templates.ts';

const text = z.string();

const member = fields({
  id: ['InstanceId', text],
  zone: ['AvailabilityZone', text],
  /** `InService`, `Pending:Wait`, `Terminating` ... */
  lifecycle: ['LifecycleState', text],
  health: ['HealthStatus', text],
});

/** An instance as its group sees it. */
export type Member = z.infer<typeof member>;

const group = fields({
  name: ['AutoScalingGroupName', text],
  min: ['MinSize', z.number()],
  desired: ['DesiredCapacity', z.number()],
  max: ['MaxSize', z.number()],
  members: ['Instances', member.array().readonly().default([])],
  /** What it launches; undefined for a mixed policy. */
  launchTemplate: ['LaunchTemplate', fields({ id: ['LaunchTemplateId', text], version: ['Version', text] }).optional()],
});

/** An Auto Scaling group and its members. */
export type Group = z.infer<typeof group>;

const refresh = fields({
  status: ['Status', text],
  percent: ['PercentageComplete', z.number().default(0)],
  reason: ['StatusReason', text.default('')],
});

/** An instance refresh of a group. */
export type Refresh = z.infer<typeof refresh>;

const activity = fields({
  startedAt: ['StartTime', z.date()],
  /** `Successful`, `InProgress`, `Failed` ... */
  status: ['StatusCode', text.default('')],
  /** `Launching a new EC2 instance: i-...` */
  text: ['Description', text.default('')],
});

/** Something that an Auto Scaling group did. */
export type Activity = z.infer<typeof activity>;

const client = () => new AutoScalingClient(CLIENT_SETTINGS);

async function readGroup(name: string): Promise<AutoScalingGroup> {
  const call = client().send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }));
  const [found] = (await explained(`read the Auto Scaling group ${name}`, call)).AutoScalingGroups ?? [];
  if (found) return found;
  throw new OperatorError(`there is no Auto Scaling group ${name}: deploy the stage again`);
}

/** @throws OperatorError when no group has that name */
export async function describeGroup(name: string): Promise<Group> {
  return checked(`read the Auto Scaling group ${name}`, group, await readGroup(name));
}

/** Subnets that a group launches its instances in. */
export async function subnetsOfGroup(name: string): Promise<readonly string[]> {
  const { VPCZoneIdentifier = '' } = await readGroup(name);
  return VPCZoneIdentifier.split(',').filter((subnet) => subnet !== '');
}

/** What a group did since a moment, the oldest first. */
export async function activitiesSince(name: string, since: Date): Promise<Activity[]> {
  const doing = `read the activities of ${name}`;
  const pages = paginateDescribeScalingActivities({ client: client() }, { AutoScalingGroupName: name });
  const readRecent = async () => {
    const recent: Activity[] = [];
    for await (const { Activities = [] } of pages) {
      const activities = checked(doing, activity.array(), Activities);
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
export async function launchFrom(name: string, launchTemplate: TemplateVersion): Promise<void> {
  const request = { AutoScalingGroupName: name, LaunchTemplate: specification(launchTemplate) };
  await explained(`set the launch template of ${name}`, client().send(new UpdateAutoScalingGroupCommand(request)));
}

/** Reads the newest instance refresh of a group; undefined when it never had one. */
export async function latestRefresh(name: string): Promise<Refresh | undefined> {
  const doing = `read the instance refreshes of ${name}`;
  const call = client().send(new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: name, MaxRecords: 1 }));
  return checked(doing, refresh.optional(), (await explained(doing, call)).InstanceRefreshes?.[0]);
}

/**
 * Starts to replace the instances of a group; none ends before its replacement is in service. With another launch
 * template than the group's, instances that have it already stay, and a failure is rolled back. Without one all are
 * replaced. Returns the refresh's id.
 */
export async function startRefresh(name: string, launchTemplate?: TemplateVersion): Promise<string> {
  const preferences = {
    MinHealthyPercentage: 100,
    MaxHealthyPercentage: 150,
    SkipMatching: launchTemplate !== undefined,
  };
  const call = client().send(
    new StartInstanceRefreshCommand({
      AutoScalingGroupName: name,
      Strategy: 'Rolling',
      Preferences: { ...preferences, ...(launchTemplate && { AutoRollback: true }) },
      ...(launchTemplate && { DesiredConfiguration: { LaunchTemplate: specification(launchTemplate) } }),
    }),
  );
  return (await explained(`start an instance refresh of ${name}`, call)).InstanceRefreshId ?? '';
}

/** Replaces the instances that a refresh in progress has launched by instances of the previous configuration. */
export async function rollBackRefresh(name: string): Promise<void> {
  const call = client().send(new RollbackInstanceRefreshCommand({ AutoScalingGroupName: name }));
  await explained(`roll the instance refresh of ${name} back`, call);
}

/** Stops the refresh of a group; instances that were replaced already stay. */
export async function cancelRefresh(name: string): Promise<void> {
  const call = client().send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: name }));
  await explained(`cancel the instance refresh of ${name}`, call);
}

function specification({ id, version }: TemplateVersion): LaunchTemplateSpecification {
  return { LaunchTemplateId: id, Version: version };
}
