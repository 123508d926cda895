import { z } from 'zod';
import { servingGroup } from '../scaling/template/group.ts';
import type { StageTemplates } from '../scaling/template/stage.ts';

const statement = z.object({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: z.union([z.string(), z.array(z.string())]).transform((actions) => [actions].flat()),
});
/** A policy document, as far as it is read here. */
export const documentSchema = z.looseObject({ Statement: z.array(statement.loose()) });

/** A policy document whose references have the values of a deployment. */
export type PolicyDocument = z.infer<typeof documentSchema>;

/** A role of a stage with its policies. */
export interface StageRole {
  readonly name: string;
  readonly logicalId: string;
  /** Who may assume it. */
  readonly trust: PolicyDocument;
  readonly policies: readonly PolicyDocument[];
  readonly managedPolicies: readonly string[];
}

const roleSchema = z.object({
  AssumeRolePolicyDocument: documentSchema,
  ManagedPolicyArns: z.array(z.string()).default([]),
  Policies: z.array(z.object({ PolicyDocument: documentSchema })).default([]),
});
const policySchema = z.object({ PolicyDocument: documentSchema, Roles: z.array(z.string()).default([]) });

/** The roles of a stage. The templates must be read with `deployedValues`. */
export function rolesOf(stage: StageTemplates): readonly StageRole[] {
  const attached = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) => stage.list(type, policySchema));
  return stage.list('AWS::IAM::Role', roleSchema).map(({ ref: name, logicalId, properties }) => ({
    name,
    logicalId,
    trust: properties.AssumeRolePolicyDocument,
    managedPolicies: properties.ManagedPolicyArns,
    policies: [
      ...properties.Policies.map(({ PolicyDocument }) => PolicyDocument),
      ...attached.filter((policy) => policy.properties.Roles.includes(name)).map((it) => it.properties.PolicyDocument),
    ],
  }));
}

const templateSchema = z.object({
  LaunchTemplateData: z.object({ IamInstanceProfile: z.object({ Arn: z.string() }) }),
});
const profileSchema = z.object({ Roles: z.array(z.string()) });

/** The role of the fleet's instances: that of the instance profile in the launch template. */
export function instanceRole(stage: StageTemplates): StageRole {
  const id = servingGroup(stage).properties.LaunchTemplate.LaunchTemplateId;
  const template = stage.list('AWS::EC2::LaunchTemplate', templateSchema).find(({ ref }) => ref === id);
  const profile = template?.properties.LaunchTemplateData.IamInstanceProfile.Arn.split('/').at(-1);
  const found = stage.list('AWS::IAM::InstanceProfile', profileSchema).find(({ ref }) => ref === profile);
  const role = rolesOf(stage).find(({ name }) => found?.properties.Roles.includes(name));
  if (role) return role;
  throw new Error(`the launch template ${id} has no instance role: expected an instance profile with a role`);
}

const keySchema = z.object({ KeyPolicy: documentSchema });

/** The policies of a stage's keys. */
export function keyPoliciesOf(stage: StageTemplates) {
  return stage
    .list('AWS::KMS::Key', keySchema)
    .map(({ ref: keyId, properties }) => ({ keyId, policy: properties.KeyPolicy }));
}
