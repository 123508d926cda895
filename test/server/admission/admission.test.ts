import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import { createAdmission } from '../../../server/admission/admission.ts';
import type { RateLimit } from '../../../server/admission/rate-limit.ts';

function setUp(t: TestContext, rateLimit?: RateLimit) {
  const seen = { pending: 0, refused: 0 };
  const admission = createAdmission({
    config: { rateLimit, maxEventLoopDelayMs: 60_000, maxPending: 3, workers: 1 },
    logger: pino({ level: 'silent' }),
    pending: () => seen.pending,
    oldestWaitMs: () => 0,
    onRefused: () => {
      seen.refused += 1;
    },
  });
  t.after(admission.close);
  return { seen, admission };
}

describe('the admission of timestamps', () => {
  it('refuses above the maximum number of waiting timestamps, and counts each refusal once', (t) => {
    const { seen, admission } = setUp(t);
    for (seen.pending = 0; seen.pending < 3; seen.pending += 1) assert.equal(admission.refusal(), undefined);
    assert.equal(seen.refused, 0);
    const refusal = admission.refusal();
    assert.equal(refusal?.code, 'overloaded');
    assert.equal(refusal?.retryAfterS, 1);
    assert.equal(seen.refused, 1);
  });

  it('refuses above the rate limit, and counts each refusal once', (t) => {
    const { seen, admission } = setUp(t, { ratePerSecond: 0.1, burst: 1 });
    assert.equal(admission.refusal(), undefined);
    assert.equal(admission.refusal()?.code, 'rate-limited');
    assert.equal(seen.refused, 1);
  });

  it('lets overloaded clients wait no longer because others exceed the rate limit', (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    let nowMs = 0;
    t.mock.method(performance, 'now', () => nowMs);
    const { seen, admission } = setUp(t, { ratePerSecond: 1, burst: 1 });
    for (let step = 0; step < 300; step++) {
      nowMs += 10;
      t.mock.timers.tick(10);
      admission.refusal();
    }
    assert.ok(seen.refused > 200);
    nowMs += 1_000;
    seen.pending = 3;
    const refusal = admission.refusal();
    assert.deepEqual([refusal?.code, refusal?.retryAfterS], ['overloaded', 1]);
  });

  it('says what is left of the rate limit once less than half of the burst is left', (t) => {
    const { admission } = setUp(t, { ratePerSecond: 0.001, burst: 4 });
    const remaining = Array.from({ length: 4 }, () => {
      admission.refusal();
      return admission.lowQuota()?.remaining;
    });
    assert.deepEqual(remaining, [undefined, undefined, 1, 0]);
    const refusal = admission.refusal();
    assert.deepEqual(refusal?.quota, { ratePerSecond: 0.001, remaining: 0, windowS: refusal?.retryAfterS });
    assert.ok((refusal?.retryAfterS ?? 0) > 900);
  });

  it('says nothing of a rate limit that does not exist', (t) => {
    const { seen, admission } = setUp(t);
    seen.pending = 3;
    assert.equal(admission.refusal()?.quota, undefined);
    assert.equal(admission.lowQuota(), undefined);
  });
});
