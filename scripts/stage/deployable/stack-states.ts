import { stackNames } from '../../../infra/contract.ts';
import type { Stack } from '../../aws/cloudformation.ts';
import { OperatorError } from '../../cli/errors.ts';

/**
 * Refuses a deployment that CloudFormation would refuse. `stacks` are those of the stage.
 *
 * @throws OperatorError which names the stack that is being changed or is stuck
 */
export function refuseBusyStacks(stage: string, stacks: readonly Stack[]): void {
  for (const stack of stacks) {
    const remedy = remedyOf(stage, stack);
    if (remedy) throw new OperatorError(`the stack ${stack.name} is ${stack.status}: ${remedy}`);
  }
}

/** What to do before a stack can be deployed; undefined when it can be. */
function remedyOf(stage: string, { name, status, isProtected }: Stack): string | undefined {
  if (status === 'UPDATE_IN_PROGRESS') {
    // RollbackInstanceRefresh is not for refreshes that CloudFormation has started.
    const cancel = `aws cloudformation cancel-update-stack --stack-name ${name}`;
    return `wait until it has ended, or return to what was deployed before: ${cancel}`;
  }
  if (status === 'UPDATE_ROLLBACK_FAILED') {
    return `continue its rollback: aws cloudformation continue-update-rollback --stack-name ${name}`;
  }
  // cdk protects a stack before it creates the resources, and deletes it before it creates it again.
  if (isProtected && /^ROLLBACK_(COMPLETE|FAILED)$/.test(status)) {
    return `its first creation failed, and cdk cannot delete it while it is protected: ${unprotect(stage, name)}`;
  }
  // cdk replaces a change set that was never executed.
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS' ? 'wait until it has ended' : undefined;
}

/** The command that lets a stack be created again after its first creation has failed. */
function unprotect(stage: string, name: string): string {
  const { data, operations } = stackNames(stage);
  // The service may run without the operations stack, in which nothing else is protected.
  if (name === operations) {
    return `aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${name}`;
  }
  return `npm run destroy -- --stage ${stage} --unprotect${name === data ? '' : ' --keep-data'}`;
}
