import { type Attempt, type Deadline, retryUntil } from '../retry.ts';
import { isRefusal } from './refusal.ts';

export { ATTEMPT_TIMEOUT_MS, BACKOFF_CAP_MS, type Deadline, deadlineIn, remainingMs } from '../retry.ts';

const DYNAMODB = { name: 'DynamoDB', isRefusal };

/** Repeats an attempt of a request to DynamoDB as {@link retryUntil} does. */
export function retry<T>(deadline: Deadline, attempt: Attempt<T>): Promise<T> {
  return retryUntil(deadline, DYNAMODB, attempt);
}
