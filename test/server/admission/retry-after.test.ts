import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createRetryAfter } from '../../../server/admission/retry-after.ts';

type RetryAfter = ReturnType<typeof createRetryAfter>;

/** A second with this number of requests, some of them refused. */
function pass(retryAfter: RetryAfter, second: number, requests: number, refusals: number): number {
  for (let i = 0; i < requests; i++) retryAfter.countRequest();
  for (let i = 0; i < refusals; i++) retryAfter.countRefusal();
  retryAfter.sample(second * 1_000);
  return retryAfter.seconds();
}

describe('the Retry-After of refusals', () => {
  it('grows with the share of refused requests, up to 16 s', () => {
    const retryAfter = createRetryAfter(0);
    const seconds = [1, 2, 3, 4].map((second) => pass(retryAfter, second, 100, 6));
    assert.deepEqual(seconds, [3, 9, 16, 16]);
  });

  it('shrinks by half at most, down to 1 s, while fewer than a fiftieth are refused', () => {
    const retryAfter = createRetryAfter(0);
    pass(retryAfter, 1, 100, 100);
    const seconds = [2, 3, 4, 5, 6].map((second) => pass(retryAfter, second, 100, 0));
    assert.deepEqual(seconds, [8, 4, 2, 1, 1]);
  });

  it('does not change within a second', () => {
    const retryAfter = createRetryAfter(0);
    pass(retryAfter, 0.9, 100, 100);
    assert.equal(retryAfter.seconds(), 1);
  });

  it('keeps the refusals of clients that obey it below a tenth of the requests', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 5_000 }), fc.integer({ min: 0, max: 6_000 }), (admitted, excess) => {
        const retryAfter = createRetryAfter(0);
        const returning = new Map([[1, excess]]);
        let refusedLater = 0;
        for (let second = 1; second <= 60; second++) {
          const refused = returning.get(second) ?? 0;
          pass(retryAfter, second, 10 * admitted + refused, refused);
          // They return evenly within one to two times the pause.
          const pause = retryAfter.seconds();
          for (let i = 0; i < pause; i++) {
            const at = second + pause + i;
            returning.set(at, (returning.get(at) ?? 0) + refused / pause);
          }
          if (second > 30) refusedLater += refused;
        }
        assert.ok(refusedLater / 30 < admitted, `${refusedLater / 30} refusals a second`);
      }),
    );
  });
});
