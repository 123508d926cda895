import { stackNames } from '../../infra/contract.ts';

/**
 * How the names of a stage's alarms begin. CloudFormation names metric alarms after their stack; CDK names composite
 * ones itself, after the stack without its dashes. `stampede-dev-` would be too short: it fits a stage `dev-2` as well.
 */
export function alarmPrefixes(stage: string): readonly string[] {
  const { service, operations } = stackNames(stage);
  return [`${service}-`, `${operations}-`, operations.replaceAll('-', '')];
}
