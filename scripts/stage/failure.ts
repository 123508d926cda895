import { stackNames } from '../../infra/contract.ts';
import { eventsOfNewestOperation, isOfStack, type StackEvent } from '../aws/cloudformation.ts';
import { OperatorError } from '../cli/errors.ts';

/** Why CloudFormation's newest operation on a stack failed, in one line; undefined when no event says so. */
export async function failureOf(stackNameOrId: string): Promise<string | undefined> {
  return firstFailure(await eventsOfNewestOperation(stackNameOrId));
}

/**
 * Changes the stacks of a stage. When that fails, the error has CloudFormation's reason instead of the program's exit
 * code, unless the reason cannot be read.
 */
export async function withReason(stage: string, change: () => Promise<void>): Promise<void> {
  const before = await newestOperations(stage);
  try {
    await change();
  } catch (cause) {
    const after = await newestOperations(stage);
    const changed = [...after].filter(([name, events]) => events[0]?.id !== before.get(name)?.[0]?.id);
    const [reason] = changed.flatMap(([name, events]) => {
      const failure = firstFailure(events);
      return failure ? [`${name} failed: ${failure}`] : [];
    });
    throw reason ? new OperatorError(reason, { cause }) : cause;
  }
}

async function newestOperations(stage: string): Promise<ReadonlyMap<string, readonly StackEvent[]>> {
  const entries = Object.values(stackNames(stage)).map(async (name) => {
    // The reason is worth less than the deployment: the credentials may lack the right to read it.
    const events = await eventsOfNewestOperation(name).catch(() => []);
    return [name, events] as const;
  });
  return new Map(await Promise.all(entries));
}

/**
 * The first failure of an operation. Later ones follow from it: CloudFormation cancels what else is in progress, and
 * rolls back. `events` come as AWS returns them, the newest first.
 */
export function firstFailure(events: readonly StackEvent[]): string | undefined {
  const operation = events.toReversed();
  const failed = operation.filter(({ status }) => status.endsWith('_FAILED'));
  const cause =
    failed.find((event) => !isOfStack(event) && !/cancelled/i.test(event.reason)) ??
    failed.find(isOfStack) ??
    operation.find((event) => isOfStack(event) && /ROLLBACK_IN_PROGRESS$/.test(event.status));
  return cause && `${cause.logicalId} (${cause.type}) is ${cause.status}: ${cause.reason || 'no reason given'}`;
}
