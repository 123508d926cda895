import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createConcurrencyLimit } from '../../../server/admission/concurrency-limit.ts';
import { ServiceError } from '../../../server/errors.ts';

function isRefusal(error: unknown): boolean {
  return error instanceof ServiceError && error.code === 'overloaded' && error.retryAfterS === 1;
}

describe('the limit of concurrent operations', () => {
  it('refuses an operation above the maximum, and admits one again when another has ended or failed', async () => {
    const limited = createConcurrencyLimit({ name: 'listings', max: 2, isOverloaded: () => false });
    const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const running = [limited(() => first.promise), limited(() => second.promise)];
    await assert.rejects(
      limited(async () => 'third'),
      isRefusal,
    );
    first.resolve('first');
    assert.equal(await running[0], 'first');
    assert.equal(await limited(async () => 'fourth'), 'fourth');
    second.reject(new Error('failed'));
    await assert.rejects(running[1] as Promise<string>, /failed/);
    assert.equal(await limited(async () => 'fifth'), 'fifth');
  });

  it('refuses every operation while timestamps wait too long', async () => {
    let overloaded = true;
    const limited = createConcurrencyLimit({ name: 'listings', max: 2, isOverloaded: () => overloaded });
    await assert.rejects(
      limited(async () => 'first'),
      isRefusal,
    );
    overloaded = false;
    assert.equal(await limited(async () => 'second'), 'second');
  });
});
