import { DynamoDBServiceException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';

/** Errors with a 4xx status that say nothing about the request itself, so that a repetition can succeed. */
const TEMPORARY = new Set([
  // The table or one of its partitions is throttled.
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  // Another transaction has the item at this moment.
  'TransactionConflictException',
  'TransactionInProgressException',
  // The SDK corrects its clock with the time in this answer.
  'InvalidSignatureException',
  'RequestExpired',
  'RequestTimeTooSkewed',
  // New credentials can be valid.
  'ExpiredToken',
  'ExpiredTokenException',
  'UnrecognizedClientException',
  // The SDK's name of an error that is not in DynamoDB's format, such as a proxy's.
  'Unknown',
]);

/** Codes of cancellation reasons with which a transaction can succeed later; `None` is an item without a problem. */
const TEMPORARY_REASONS = new Set(['None', 'ProvisionedThroughputExceeded', 'ThrottlingError', 'TransactionConflict']);

/** A block cannot be stored because another writer has its key. */
export class BlockTakenError extends Error {
  override readonly name = 'BlockTakenError';
}

/**
 * Whether DynamoDB refused a request, so that it will refuse each repetition as well. Everything else (throttling, 5xx,
 * a lost connection, no answer in time, expired credentials) means that it cannot take the request now.
 */
export function isRefusal(error: unknown): boolean {
  if (error instanceof BlockTakenError) return true;
  if (!(error instanceof DynamoDBServiceException) || error.$fault !== 'client') return false;
  if (error instanceof TransactionCanceledException)
    return (error.CancellationReasons ?? []).some(({ Code = 'None' }) => !TEMPORARY_REASONS.has(Code));
  const status = error.$metadata.httpStatusCode;
  return status !== 408 && status !== 429 && !TEMPORARY.has(error.name);
}

/** Refusals of a table that is missing or denies access. They say nothing about the item. */
const OF_THE_TABLE = new Set(['AccessDeniedException', 'ResourceNotFoundException']);

/**
 * Whether DynamoDB refused the item itself. A table that was deleted, or whose key is disabled, can take the item
 * after an operator has repaired it.
 */
export function isItemRefusal(error: unknown): boolean {
  return isRefusal(error) && !OF_THE_TABLE.has((error as Error).name);
}
