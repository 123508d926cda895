import { EXPIRES_TAG } from '../../../infra/contract.ts';
import type { Stack } from '../../aws/cloudformation.ts';
import { OperatorError } from '../../cli/errors.ts';

/**
 * Refuses a time to live for a stage that is deployed without one: it would be deleted when the time is over.
 * `stacks` are those of the stage.
 *
 * @throws OperatorError which names a stack without an end
 */
export function refuseToExpire(stage: string, stacks: readonly Stack[]): void {
  // Of a stack in review, only the name exists.
  const permanent = stacks.find(({ status, tags }) => status !== 'REVIEW_IN_PROGRESS' && !(EXPIRES_TAG in tags));
  if (!permanent) return;
  throw new OperatorError(
    `stage ${stage} is not temporary: ${permanent.name} has no tag ${EXPIRES_TAG}. With --ttl the whole stage would be ` +
      'deleted when the time is over: expected no --ttl, or another stage',
  );
}
