import { z } from 'zod';
import type { StageResource, StageTemplates } from './stage.ts';
import { readSubnet, type Subnet } from './subnets.ts';

/** Defaults are those of the Auto Scaling documentation. */
const lifecycleHookSchema = z.object({
  LifecycleHookName: z.string(),
  LifecycleTransition: z.string(),
  HeartbeatTimeout: z.coerce.number().default(3_600),
  DefaultResult: z.enum(['CONTINUE', 'ABANDON']).default('ABANDON'),
});

const templateReference = z.object({ LaunchTemplateId: z.string() });

const groupSchema = z
  .object({
    AutoScalingGroupName: z.string().optional(),
    MinSize: z.coerce.number(),
    MaxSize: z.coerce.number(),
    VPCZoneIdentifier: z.array(z.string()).default([]),
    AvailabilityZones: z.array(z.string()).default([]),
    DefaultInstanceWarmup: z.coerce.number().optional(),
    Cooldown: z.coerce.number().optional(),
    TargetGroupARNs: z.array(z.string()).default([]),
    LifecycleHookSpecificationList: z.array(lifecycleHookSchema).default([]),
    LaunchTemplate: templateReference.optional(),
    MixedInstancesPolicy: z
      .object({ LaunchTemplate: z.object({ LaunchTemplateSpecification: templateReference }) })
      .optional(),
  })
  .transform(({ MixedInstancesPolicy: mixed, LaunchTemplate: single, ...group }, context) => {
    const LaunchTemplate = mixed?.LaunchTemplate.LaunchTemplateSpecification ?? single;
    if (LaunchTemplate) return { ...group, LaunchTemplate };
    context.addIssue('expected a LaunchTemplate or a MixedInstancesPolicy');
    return z.NEVER;
  });

/** The lifecycle hook for which a launching instance waits. */
export type LaunchHook = NonNullable<ReturnType<typeof readLaunchHook>>;

/** How a launch ends: the instance goes into service, or it is terminated. */
export type LaunchResult = LaunchHook['defaultResult'];

/** The Auto Scaling group that serves requests: the one that is registered with a target group. */
export type ServingGroup = StageResource<z.output<typeof groupSchema>>;

/** All Auto Scaling groups of a stage. */
export function listGroups(stage: StageTemplates) {
  return stage.list('AWS::AutoScaling::AutoScalingGroup', groupSchema);
}

/** Finds the serving group. @throws Error unless exactly one group has a target group. */
export function servingGroup(stage: StageTemplates): ServingGroup {
  const groups = listGroups(stage).filter(({ properties }) => properties.TargetGroupARNs.length > 0);
  const [group] = groups;
  if (group && groups.length === 1) return group;
  const names = groups.map(({ logicalId }) => logicalId).join(', ') || 'none';
  throw new Error(`expected one Auto Scaling group with a target group in the stage's templates, found ${names}`);
}

/** Subnets of a group, in its order. */
export function groupSubnets(stage: StageTemplates, { properties }: ServingGroup): Subnet[] {
  return properties.VPCZoneIdentifier.map((reference) => readSubnet(stage, reference));
}

/** Availability Zones of a group, each once. */
export function groupZones(stage: StageTemplates, group: ServingGroup): string[] {
  const zones = groupSubnets(stage, group).map(({ zone }) => zone);
  return [...new Set(zones.length > 0 ? zones : group.properties.AvailabilityZones)];
}

/** Reads the launching hook of a group; undefined when it has none. @throws Error when it has several. */
export function readLaunchHook({ logicalId, properties }: ServingGroup) {
  const hooks = properties.LifecycleHookSpecificationList.filter(
    ({ LifecycleTransition }) => LifecycleTransition === 'autoscaling:EC2_INSTANCE_LAUNCHING',
  );
  const [hook] = hooks;
  if (!hook) return undefined;
  if (hooks.length > 1) throw new Error(`${logicalId} has ${hooks.length} launching hooks: expected one at most`);
  return {
    name: hook.LifecycleHookName,
    groupName: properties.AutoScalingGroupName ?? logicalId,
    /** Time in which the launch must be completed. */
    timeoutS: hook.HeartbeatTimeout,
    /** How the launch ends when it was not. */
    defaultResult: hook.DefaultResult,
  };
}
