import { stackNames } from '../../../infra/contract.ts';
import { type Account, deployedValues, type Right } from '../../../scripts/rights/account.ts';
import { isAllowed } from '../../../scripts/rights/evaluate.ts';
import { keyPoliciesOf, rolesOf, type StageRole } from '../../../scripts/rights/role.ts';
import { StageTemplates } from '../../../scripts/scaling/template/stage.ts';
import { parseTemplate } from '../../../scripts/scaling/template/template.ts';
import type { Synthesized } from '../synthesize.ts';

/** Where the stages of these tests are deployed: the account and region of the examples of `test/scripts/aws/`. */
export const PLACE = { region: 'eu-west-1', accountId: '111122223333' } as const;

/** A stage as if it were deployed in an account: its roles, and its templates with names and ARNs in place. */
export function deployedStage(stage: string, stacks: Synthesized, given: Readonly<Record<string, string>> = {}) {
  const parts = Object.entries(stackNames(stage)) as [keyof ReturnType<typeof stackNames>, string][];
  const templates = parts.map(([part, name]) => parseTemplate(name, JSON.stringify(stacks[part])));
  const resources = new StageTemplates(templates, deployedValues(templates, PLACE, given));
  const roles = rolesOf(resources);
  const keyPolicies = keyPoliciesOf(resources);
  return {
    resources,
    /** The key policy that also decides about a right on a key. */
    policyOf: (arn: string) => keyPolicies.find(({ keyId }) => arn.endsWith(`:key/${keyId}`))?.policy,
    /** The role whose logical id begins with a construct's name. */
    role: (construct: string): StageRole => {
      const found = roles.find(({ logicalId }) => logicalId.startsWith(construct));
      if (found) return found;
      throw new Error(
        `there is no role ${construct}: the roles are ${roles.map(({ logicalId }) => logicalId).join(', ')}`,
      );
    },
  };
}

/** An account in which nothing has a tag. */
export const BARE_ACCOUNT: Account = {
  ...PLACE,
  tagsOf: () => ({}),
  launchTemplate: (id) => {
    throw new Error(`there is no launch template ${id}`);
  },
};

/** A stage as if it were deployed. */
export type DeployedStage = ReturnType<typeof deployedStage>;

/** The rights that a role lacks, as `action on resource`. */
export async function missingRights(
  stage: DeployedStage,
  { name, policies }: StageRole,
  rights: readonly Right[],
): Promise<readonly string[]> {
  const principal = `arn:aws:iam::${PLACE.accountId}:role/${name}`;
  const decided = rights.map(async (right) => {
    const resourcePolicy = stage.policyOf(right.resource);
    return (await isAllowed({ principal, region: PLACE.region, policies, resourcePolicy }, right)) ? [] : [right];
  });
  return (await Promise.all(decided)).flat().map(({ action, resource }) => `${action} on ${resource}`);
}

/** All actions that a role's policies allow. */
export function grantedActions({ policies }: StageRole): readonly string[] {
  const statements = policies.flatMap(({ Statement }) => Statement).filter(({ Effect }) => Effect === 'Allow');
  return [...new Set(statements.flatMap(({ Action }) => Action))].toSorted();
}
