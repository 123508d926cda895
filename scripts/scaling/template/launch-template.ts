import { z } from 'zod';
import { type ServingGroup, servingGroup } from './group.ts';
import { StageTemplates } from './stage.ts';
import type { Template } from './template.ts';

const schema = z.object({
  LaunchTemplateData: z.object({
    InstanceType: z.string(),
    UserData: z.string().default(''),
    SecurityGroupIds: z.array(z.string()).default([]),
    MetadataOptions: z.object({ HttpTokens: z.string().default('optional') }).optional(),
    NetworkInterfaces: z.array(z.object({ Groups: z.array(z.string()).default([]) })).default([]),
  }),
});

/** Reads what an instance of a group is launched with. References stay as text as far as they are unknown. */
export function readLaunchTemplate(stage: StageTemplates, { properties }: ServingGroup) {
  const id = properties.LaunchTemplate.LaunchTemplateId;
  const { LaunchTemplateData: data } = stage.find('AWS::EC2::LaunchTemplate', id, schema).properties;
  return {
    instanceType: data.InstanceType,
    userData: data.UserData,
    /** Whether the instance metadata service answers by version 2 only. */
    requiresMetadataToken: data.MetadataOptions?.HttpTokens === 'required',
    /** References to the security groups. */
    securityGroups: [...data.SecurityGroupIds, ...data.NetworkInterfaces.flatMap(({ Groups }) => Groups)],
  };
}

/**
 * The script that cloud-init would run on an instance of the stage. `values` has what only a deployment knows, by
 * reference (`{{stack/Table}}`) or pseudo parameter (`AWS::Region`).
 *
 * @throws Error naming the references that have no value: a script with holes must not run.
 */
export function userDataScript(templates: readonly Template[], values: Readonly<Record<string, string>>): string {
  const stage = new StageTemplates(templates, (name) => values[name]);
  const { userData } = readLaunchTemplate(stage, servingGroup(stage));
  const open = new Set(userData.match(/\{\{[\w-]+\/[\w.]+\}\}/g));
  if (open.size === 0) return userData;
  throw new Error(`the user data refers to ${[...open].join(', ')}: give each of them a value`);
}
