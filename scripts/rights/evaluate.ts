import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Right } from './account.ts';
import type { PolicyDocument } from './role.ts';

/** Who calls, and the policies that decide. */
export interface Caller {
  /** ARN of a role, or a service such as `events.amazonaws.com`. */
  readonly principal: string;
  /** Region of the endpoint that is called. */
  readonly region: string;
  /** Policies of the caller's role. @default - none */
  readonly policies?: readonly PolicyDocument[];
  /** Policy of the resource; a key always has one. @default - none */
  readonly resourcePolicy?: PolicyDocument | undefined;
}

/**
 * Whether AWS would allow a call. The evaluator checks actions, resources and condition keys against AWS's service
 * authorization reference.
 *
 * @throws Error if the right or a policy is one that AWS does not have
 */
export async function isAllowed(caller: Caller, { action, resource, context = {} }: Right): Promise<boolean> {
  const { principal, region, policies = [], resourcePolicy } = caller;
  const contextVariables = withListedKeys({ 'aws:RequestedRegion': region, ...context });
  const accountId = accountOf(resource) ?? accountOf(principal) ?? '';
  const answer = await runSimulation(
    {
      request: { principal, action, resource: { resource, accountId }, contextVariables },
      identityPolicies: policies.map((policy, index) => ({ name: `policy ${index}`, policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: resourcePolicy && withListedKeys(resourcePolicy),
    },
    {},
  );
  if (answer.resultType === 'error') {
    throw new Error(`${action} on ${resource} cannot be evaluated: ${JSON.stringify(answer.errors)}`);
  }
  const [result] = answer.resultType === 'single' ? [answer.result] : answer.results;
  const unknown = result?.ignoredContextKeys ?? [];
  if (unknown.length > 0) throw new Error(`AWS does not evaluate ${unknown.join(', ')} for ${action} on ${resource}`);
  return answer.overallResult === 'Allowed';
}

function accountOf(arn: string): string | undefined {
  return arn.split(':')[4] || undefined;
}

/**
 * Renames the keys that AWS evaluates but the evaluator does not list, as it only has their prefix, or those of other
 * identity providers. A tag of the principal is evaluated in the same way, and no policy here uses one.
 */
function withListedKeys<Value extends object>(value: Value): Value {
  const unlisted = /"(kms:EncryptionContext:[^"]+|token\.actions\.githubusercontent\.com:\w+)":/g;
  return JSON.parse(JSON.stringify(value).replaceAll(unlisted, '"aws:PrincipalTag/$1":'));
}
