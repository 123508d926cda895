import { type StackEvent, stackEvents } from '../aws/cloudformation.ts';

/** Why CloudFormation's newest operation on a stack failed, in one line; undefined when no event says so. */
export async function failureOf(stackNameOrId: string): Promise<string | undefined> {
  return firstFailure(await stackEvents(stackNameOrId));
}

/**
 * The first failure of the newest operation. Later ones follow from it: CloudFormation cancels what else is in progress,
 * and rolls back. `events` come as AWS returns them, the newest first.
 */
export function firstFailure(events: readonly StackEvent[]): string | undefined {
  const isStart = (event: StackEvent) => isOfStack(event) && /^(CREATE|UPDATE|DELETE)_IN_PROGRESS$/.test(event.status);
  const startIndex = events.findIndex(isStart);
  const operation = (startIndex < 0 ? events : events.slice(0, startIndex)).toReversed();
  const failed = operation.filter(({ status }) => status.endsWith('_FAILED'));
  const cause =
    failed.find((event) => !isOfStack(event) && !/cancelled/i.test(event.reason)) ??
    failed.find(isOfStack) ??
    operation.find((event) => isOfStack(event) && /ROLLBACK_IN_PROGRESS$/.test(event.status));
  return cause && `${cause.logicalId} (${cause.type}) is ${cause.status}: ${cause.reason || 'no reason given'}`;
}

function isOfStack({ type, physicalId }: StackEvent): boolean {
  return type === 'AWS::CloudFormation::Stack' && physicalId.includes(':stack/');
}
