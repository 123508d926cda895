import { z } from 'zod';
import type { ServingGroup } from './group.ts';
import type { StageTemplates } from './stage.ts';

const schema = z.object({
  LaunchTemplateData: z.object({
    InstanceType: z.string(),
    ImageId: z.string().optional(),
    UserData: z.string().default(''),
    SecurityGroupIds: z.array(z.string()).default([]),
    MetadataOptions: z.object({ HttpTokens: z.string().default('optional') }).optional(),
    NetworkInterfaces: z.array(z.object({ Groups: z.array(z.string()).default([]) })).default([]),
  }),
});

/** What an instance of a group is launched with. */
export interface LaunchTemplate {
  readonly instanceType: string;
  /** Text of the user data, with references resolved as far as they are known. */
  readonly userData: string;
  /** Whether the instance metadata service answers by version 2 only. */
  readonly requiresMetadataToken: boolean;
  /** References to the security groups. */
  readonly securityGroups: readonly string[];
}

/** Reads the launch template of a group. */
export function readLaunchTemplate(stage: StageTemplates, { properties }: ServingGroup): LaunchTemplate {
  const id = properties.LaunchTemplate.LaunchTemplateId;
  const { LaunchTemplateData: data } = stage.find('AWS::EC2::LaunchTemplate', id, schema).properties;
  return {
    instanceType: data.InstanceType,
    userData: data.UserData,
    requiresMetadataToken: data.MetadataOptions?.HttpTokens === 'required',
    securityGroups: [...data.SecurityGroupIds, ...data.NetworkInterfaces.flatMap(({ Groups }) => Groups)],
  };
}
