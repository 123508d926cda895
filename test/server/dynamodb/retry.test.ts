import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { BlockTakenError, isItemRefusal, isRefusal } from '../../../server/dynamodb/refusal.ts';
import { ATTEMPT_TIMEOUT_MS, deadlineIn, retry } from '../../../server/dynamodb/retry.ts';
import { systemRuntime } from '../../../server/runtime.ts';

/** Time that passes at once when something waits for it; random numbers are almost 1. */
function virtualTime() {
  let nowMs = 0;
  const pauses: number[] = [];
  const runtime = {
    ...systemRuntime,
    monotonicMs: () => nowMs,
    random: () => 1 - 2 ** -52,
    setTimer: (callback: () => void, ms: number) => {
      let isCancelled = false;
      setImmediate(() => {
        if (isCancelled) return;
        pauses.push(Math.round(ms));
        nowMs += ms;
        callback();
      });
      return () => {
        isCancelled = true;
      };
    },
  };
  return { runtime, pauses, nowMs: () => nowMs };
}

function serviceError(name: string, httpStatusCode = 400) {
  const $fault = httpStatusCode < 500 ? 'client' : 'server';
  return new DynamoDBServiceException({ name, message: name, $fault, $metadata: { httpStatusCode } });
}

function cancelled(...codes: string[]) {
  return new TransactionCanceledException({
    message: 'cancelled',
    $metadata: { httpStatusCode: 400 },
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
}

const connectionLost = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

const REFUSALS = [
  new ConditionalCheckFailedException({ message: 'exists', $metadata: { httpStatusCode: 400 } }),
  serviceError('ValidationException'),
  serviceError('AccessDeniedException'),
  serviceError('ResourceNotFoundException'),
  serviceError('ItemCollectionSizeLimitExceededException'),
  cancelled('None', 'ConditionalCheckFailed'),
  cancelled('TransactionConflict', 'ConditionalCheckFailed'),
  new BlockTakenError('block 2026-11-21#07 a is taken by another writer'),
];

const TEMPORARY = [
  serviceError('ProvisionedThroughputExceededException'),
  serviceError('ThrottlingException'),
  serviceError('RequestLimitExceeded'),
  serviceError('InternalServerError', 500),
  serviceError('ServiceUnavailable', 503),
  serviceError('Unknown', 403),
  serviceError('SomethingNew', 429),
  serviceError('ExpiredTokenException'),
  serviceError('InvalidSignatureException'),
  serviceError('TransactionInProgressException'),
  cancelled('None', 'TransactionConflict'),
  cancelled('ThrottlingError', 'ProvisionedThroughputExceeded'),
  connectionLost,
  new SyntaxError('Unexpected token <'),
];

describe('a request to DynamoDB', () => {
  for (const error of TEMPORARY)
    it(`is repeated after ${describeError(error)}`, async () => {
      const { runtime } = virtualTime();
      let attempts = 0;
      const attempt = async () => {
        if (++attempts < 3) throw error;
        return 'stored';
      };
      assert.equal(isRefusal(error), false);
      assert.equal(await retry(deadlineIn(8_000, runtime), attempt), 'stored');
      assert.equal(attempts, 3);
    });

  it('is a refusal of its item only if the table exists and permits access', () => {
    const ofTheTable = ['AccessDeniedException', 'ResourceNotFoundException'];
    for (const error of REFUSALS) assert.equal(isItemRefusal(error), !ofTheTable.includes(error.name), error.name);
    for (const error of TEMPORARY) assert.equal(isItemRefusal(error), false);
  });

  for (const error of REFUSALS)
    it(`is not repeated after ${describeError(error)}`, async () => {
      const { runtime } = virtualTime();
      let attempts = 0;
      const attempt = async () => {
        attempts++;
        throw error;
      };
      assert.equal(isRefusal(error), true);
      await assert.rejects(retry(deadlineIn(8_000, runtime), attempt), error);
      assert.equal(attempts, 1);
    });

  it('is repeated after up to 25, 50, 100 … 1,000 ms, as long as there is time', async () => {
    const { runtime, pauses, nowMs } = virtualTime();
    const lost = retry(deadlineIn(8_000, runtime), () => Promise.reject(connectionLost));
    await assert.rejects(lost, connectionLost);
    assert.deepEqual(pauses, [25, 50, 100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000]);
    assert.ok(nowMs() < 8_000);
  });

  it('is repeated after a random part of the longest pause', async () => {
    const { runtime, pauses } = virtualTime();
    const half = { ...runtime, random: () => 0.5 };
    await assert.rejects(
      retry(deadlineIn(200, half), () => Promise.reject(connectionLost)),
      connectionLost,
    );
    assert.deepEqual(pauses, [13, 25, 50, 100]);
  });

  it('is repeated if an attempt hangs, and ends at its deadline even if the attempts ignore their signals', async () => {
    const { runtime, nowMs } = virtualTime();
    const signals: AbortSignal[] = [];
    const hang = (signal: AbortSignal) => {
      signals.push(signal);
      return new Promise<never>(() => {});
    };
    await assert.rejects(retry(deadlineIn(2_500, runtime), hang), /did not answer within/);
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, true, true],
    );
    assert.ok(nowMs() > 2 * ATTEMPT_TIMEOUT_MS && nowMs() <= 2_500);
  });

  it('is not sent after its deadline', async () => {
    const { runtime } = virtualTime();
    const attempt = async () => assert.fail('it was sent');
    await assert.rejects(retry(deadlineIn(0, runtime), attempt), /deadline .* passed before it was sent/);
  });
});

function describeError(error: Error): string {
  if (!(error instanceof TransactionCanceledException)) return `${error.name}: ${error.message}`;
  return `a cancellation with ${error.CancellationReasons?.map(({ Code }) => Code).join(' and ')}`;
}
