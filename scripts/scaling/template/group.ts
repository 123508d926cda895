import { z } from 'zod';
import { lifecycleHookSchema } from './launch-hook.ts';
import { parseReference } from './reference.ts';
import type { StageResource, StageTemplates } from './stage.ts';
import { readSubnet, type Subnet } from './subnet.ts';

export const GROUP = 'AWS::AutoScaling::AutoScalingGroup';

const groupSchema = z.object({
  AutoScalingGroupName: z.string().optional(),
  MinSize: z.coerce.number(),
  MaxSize: z.coerce.number(),
  VPCZoneIdentifier: z.array(z.string()).default([]),
  AvailabilityZones: z.array(z.string()).default([]),
  DefaultInstanceWarmup: z.coerce.number().optional(),
  Cooldown: z.coerce.number().optional(),
  TargetGroupARNs: z.array(z.string()).default([]),
  LifecycleHookSpecificationList: z.array(lifecycleHookSchema).default([]),
  LaunchTemplate: z.object({ LaunchTemplateId: z.string() }),
});

/** The Auto Scaling group that serves requests: the one that is registered with a target group. */
export type ServingGroup = StageResource<z.output<typeof groupSchema>>;

/** Finds the serving group. @throws Error unless exactly one group has a target group. */
export function servingGroup(stage: StageTemplates): ServingGroup {
  const groups = stage.list(GROUP, groupSchema).filter(({ properties }) => properties.TargetGroupARNs.length > 0);
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

/** Whether a resolved text refers to this resource, by `Ref` or by an attribute. */
export function refersTo(
  text: unknown,
  { stack, logicalId }: Pick<StageResource<unknown>, 'stack' | 'logicalId'>,
): boolean {
  const reference = parseReference(text);
  return reference?.stack === stack && reference.logicalId === logicalId;
}
