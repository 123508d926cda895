import {
  AutoScaling,
  type DescribeScalingActivitiesCommandOutput,
  type MixedInstancesPolicy,
} from '@aws-sdk/client-auto-scaling';
import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';
import { CLIENT_SETTINGS, explained, fields, readList } from './call.ts';
import type { TemplateVersion } from './launch-templates.ts';

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

const templateVersion = fields({ id: ['LaunchTemplateId', text], version: ['Version', text] });

/** What a group launches: a version of a launch template, with several instance types if it has a mixed policy. */
export interface Launches extends TemplateVersion {
  readonly mixedPolicy?: MixedInstancesPolicy;
}

const group = fields({
  name: ['AutoScalingGroupName', text],
  min: ['MinSize', z.number()],
  desired: ['DesiredCapacity', z.number()],
  max: ['MaxSize', z.number()],
  members: ['Instances', member.array().readonly().default([])],
  singleType: ['LaunchTemplate', templateVersion.optional()],
  mixedTypes: ['MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification', templateVersion.optional()],
  mixedPolicy: ['MixedInstancesPolicy', z.custom<MixedInstancesPolicy>().optional()],
  /** Ids of the subnets that it launches instances in. */
  subnets: ['VPCZoneIdentifier', text.default('').transform((list) => list.split(',').filter((id) => id !== ''))],
}).transform(({ singleType, mixedTypes, mixedPolicy, ...others }) => {
  const launches: Launches | undefined = mixedTypes && mixedPolicy ? { ...mixedTypes, mixedPolicy } : singleType;
  return { ...others, launchTemplate: launches };
});

/** An Auto Scaling group and its members. */
export type Group = z.infer<typeof group>;

const refresh = fields({
  status: ['Status', text],
  percent: ['PercentageComplete', z.number().default(0)],
  reason: ['StatusReason', text.default('')],
});

/** Whether a refresh, or its rollback, is in progress. */
export function isInProgress(candidate: Refresh | undefined): boolean {
  return /^(Pending|InProgress|Cancelling|Rollback\w*InProgress|Baking)$/.test(candidate?.status ?? '');
}

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

const client = () => new AutoScaling(CLIENT_SETTINGS);

/** @throws OperatorError when no group has that name */
export async function describeGroup(name: string): Promise<Group> {
  const [found] = await readGroup(name, group);
  if (found) return found;
  throw new OperatorError(`there is no Auto Scaling group ${name}: deploy the stage again`);
}

function readGroup<Item>(name: string, item: z.ZodType<Item>): Promise<Item[]> {
  const call = client().describeAutoScalingGroups({ AutoScalingGroupNames: [name] });
  return readList(`read the Auto Scaling group ${name}`, [call], (answer) => answer.AutoScalingGroups, item);
}

/** The ARN of a group. @throws OperatorError when no group has that name */
export async function groupArn(name: string): Promise<string> {
  const [found] = await readGroup(name, fields({ arn: ['AutoScalingGroupARN', text] }));
  if (found) return found.arn;
  throw new OperatorError(`there is no Auto Scaling group ${name}: deploy the stage again`);
}

/** What a group did since a moment, the oldest first. */
export async function activitiesSince(name: string, since: Date): Promise<Activity[]> {
  const pages = client().paginateDescribeScalingActivities({ AutoScalingGroupName: name });
  const doing = `read the activities of ${name}`;
  const activities = await readList(doing, pagesSince(since, pages), (page) => page.Activities, activity);
  return activities.filter(({ startedAt }) => startedAt >= since).reverse();
}

/** The newest activities come first, and six weeks of history need not be read. */
async function* pagesSince(since: Date, pages: AsyncIterable<DescribeScalingActivitiesCommandOutput>) {
  for await (const page of pages) {
    yield page;
    if (page.Activities?.some(({ StartTime }) => StartTime && StartTime < since)) return;
  }
}

/** Sets the desired capacity of a group. */
export async function setDesiredCapacity(name: string, desired: number): Promise<void> {
  const request = { AutoScalingGroupName: name, DesiredCapacity: desired, HonorCooldown: false };
  await explained(`set the capacity of ${name} to ${desired}`, client().setDesiredCapacity(request));
}

/** Sets the desired capacity of a group once, at a later time. An action of the same name is replaced. */
export async function scheduleCapacity(
  group: string,
  { name, desired, at }: { readonly name: string; readonly desired: number; readonly at: Date },
): Promise<void> {
  const request = {
    AutoScalingGroupName: group,
    ScheduledActionName: name,
    StartTime: at,
    DesiredCapacity: desired,
  };
  const doing = `set the capacity of ${group} to ${desired} at ${at.toISOString()}`;
  await explained(doing, client().putScheduledUpdateGroupAction(request));
}

/** Whether AWS refuses to delete a group; false when there is none of that name. */
export async function isGroupProtected(name: string): Promise<boolean> {
  const protection = fields({ value: ['DeletionProtection', text.default('none')] });
  return (await readGroup(name, protection)).some(({ value }) => value !== 'none');
}

/** Lets a group be deleted with its instances. */
export async function endGroupProtection(name: string): Promise<void> {
  const request = { AutoScalingGroupName: name, DeletionProtection: 'none' as const };
  await explained(`end the deletion protection of ${name}`, client().updateAutoScalingGroup(request));
}

/** Sets what a group launches from now on; its instances stay. */
export async function launchFrom(name: string, launches: Launches): Promise<void> {
  const request = { AutoScalingGroupName: name, ...launchParameters(launches) };
  await explained(`set the launch template of ${name}`, client().updateAutoScalingGroup(request));
}

/** A launch template alone would end the group's mixed policy, so the whole policy is sent with the new version. */
function launchParameters({ id, version, mixedPolicy }: Launches) {
  const LaunchTemplateSpecification = { LaunchTemplateId: id, Version: version };
  if (!mixedPolicy) return { LaunchTemplate: LaunchTemplateSpecification };
  const LaunchTemplate = { ...mixedPolicy.LaunchTemplate, LaunchTemplateSpecification };
  return { MixedInstancesPolicy: { ...mixedPolicy, LaunchTemplate } };
}

/** Reads the newest instance refresh of a group; undefined when it never had one. */
export async function latestRefresh(name: string): Promise<Refresh | undefined> {
  const call = client().describeInstanceRefreshes({ AutoScalingGroupName: name, MaxRecords: 1 });
  const doing = `read the instance refreshes of ${name}`;
  return (await readList(doing, [call], (answer) => answer.InstanceRefreshes, refresh))[0];
}

/**
 * Starts to replace the instances of a group; none ends before its replacement is in service. With another launch
 * template than the group's, instances that have it already stay, and a failure is rolled back. Without one all are
 * replaced. Returns the refresh's id.
 */
export async function startRefresh(name: string, template?: Launches): Promise<string> {
  const call = client().startInstanceRefresh({
    AutoScalingGroupName: name,
    Strategy: 'Rolling',
    Preferences: {
      MinHealthyPercentage: 100,
      MaxHealthyPercentage: 150,
      SkipMatching: template !== undefined,
      AutoRollback: template && true,
    },
    DesiredConfiguration: template && launchParameters(template),
  });
  return (await explained(`start an instance refresh of ${name}`, call)).InstanceRefreshId ?? '';
}

/**
 * Replaces the instances that a refresh in progress has launched by instances of the previous configuration. AWS refuses
 * it for a refresh without a desired configuration, and for those that CloudFormation has started.
 */
export async function rollBackRefresh(name: string): Promise<void> {
  const call = client().rollbackInstanceRefresh({ AutoScalingGroupName: name });
  await explained(`roll the instance refresh of ${name} back`, call);
}

/** Stops the refresh of a group; instances that were replaced already stay. */
export async function cancelRefresh(name: string): Promise<void> {
  const call = client().cancelInstanceRefresh({ AutoScalingGroupName: name });
  await explained(`cancel the instance refresh of ${name}`, call);
}

const launchingGroup = fields({
  name: ['AutoScalingGroupName', text],
  single: ['LaunchTemplate', z.unknown()],
  mixed: ['MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification', z.unknown()],
  members: [
    'Instances',
    fields({ template: ['LaunchTemplate', z.unknown()] })
      .array()
      .default([]),
  ],
});

/** A version of a launch template as Auto Scaling names it; without a version it means the default one. */
const usedVersion = fields({
  id: ['LaunchTemplateId', text.default('')],
  version: ['Version', text.default('$Default')],
});

/** Which launch template versions the groups of the account use, for themselves and for their instances. */
export async function launchesOfGroups() {
  const pages = client().paginateDescribeAutoScalingGroups({});
  const groups = await readList(
    'list the Auto Scaling groups',
    pages,
    (page) => page.AutoScalingGroups,
    launchingGroup,
  );
  return await Promise.all(
    groups.map(async ({ name, single, mixed, members }) => ({
      by: `Auto Scaling group ${name}`,
      isRefreshing: isInProgress(await latestRefresh(name)),
      templates: [single, mixed, ...members.map((one) => one.template)]
        .filter((used) => used !== undefined)
        .map((used) => usedVersion.parse(used)),
    })),
  );
}
