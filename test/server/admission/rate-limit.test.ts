import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createRateLimiter, shareOfWorker } from '../../../server/admission/rate-limit.ts';

const limits = fc.record({
  ratePerSecond: fc.integer({ min: 1, max: 5_000 }),
  burst: fc.integer({ min: 1, max: 20 }),
});
/** Pauses between requests, in multiples of the time per token. */
const pauses = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1.5, noNaN: true })), { maxLength: 100 });

/** Rounding of the token count may shift a token by less than this many tokens. */
const ROUNDING = 1e-6;

describe('the rate limiter', () => {
  it('admits at most burst + rate × time in every window', () => {
    fc.assert(
      fc.property(limits, pauses, (limit, pausesInTokens) => {
        let nowMs = 0;
        const limiter = createRateLimiter(limit, () => nowMs);
        const admittedAtMs: number[] = [];
        for (const pause of pausesInTokens) {
          nowMs += (pause * 1_000) / limit.ratePerSecond;
          if (limiter.takeToken()) admittedAtMs.push(nowMs);
        }
        for (let first = 0; first < admittedAtMs.length; first += 1) {
          for (let last = first; last < admittedAtMs.length; last += 1) {
            const windowS = ((admittedAtMs[last] as number) - (admittedAtMs[first] as number)) / 1_000;
            assert.ok(last - first + 1 <= limit.burst + limit.ratePerSecond * windowS + ROUNDING);
          }
        }
      }),
    );
  });

  it('admits every request of a client that does not exceed the rate', () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 300 }), (limit, requests) => {
        let nowMs = 0;
        const limiter = createRateLimiter(limit, () => nowMs);
        for (let request = 0; request < requests; request += 1) {
          assert.ok(limiter.takeToken());
          nowMs += 1_000 / limit.ratePerSecond + ROUNDING;
        }
      }),
    );
  });

  it('has a token again after the returned number of seconds', () => {
    fc.assert(
      fc.property(limits, fc.double({ min: 0.2, max: 50, noNaN: true }), (limit, ratePerSecond) => {
        let nowMs = 0;
        const limiter = createRateLimiter({ ...limit, ratePerSecond }, () => nowMs);
        while (limiter.takeToken());
        nowMs += limiter.secondsUntilNextToken() * 1_000 + ROUNDING;
        assert.ok(limiter.takeToken());
      }),
    );
  });

  it('divides the limit of the instance among its workers without exceeding it', () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 64 }), (limit, workers) => {
        const share = shareOfWorker(limit, workers);
        assert.ok(share.ratePerSecond * workers <= limit.ratePerSecond + ROUNDING);
        assert.ok(share.burst >= 1 && Math.floor(share.burst) * workers <= Math.max(limit.burst, workers));
      }),
    );
  });
});
