import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** Conditions of a policy statement, by operator. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A policy statement that allows actions on resources. */
export function allow(
  sid: string,
  actions: string[],
  resources: string[],
  conditions: Conditions = {},
): PolicyStatement {
  return new PolicyStatement({ sid, actions, resources, conditions });
}
