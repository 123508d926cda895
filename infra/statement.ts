import { PolicyStatement, type PolicyStatementProps } from 'aws-cdk-lib/aws-iam';

/** Creates a policy statement that allows actions on resources. */
export function allow(
  sid: string,
  actions: string[],
  resources: string[],
  conditions: PolicyStatementProps['conditions'] = {},
): PolicyStatement {
  return new PolicyStatement({ sid, actions, resources, conditions });
}
