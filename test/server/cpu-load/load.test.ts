import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { createLoad, type LoadOptions } from '../../../server/cpu-load/load.ts';
import { isPrime } from '../../../server/cpu-load/prime.ts';

const workerPath = new URL('../../../server/cpu-load/worker.ts', import.meta.url);

/** The greatest prime below 2^53: a fraction of a second of work. */
const GREATEST_PRIME = 9_007_199_254_740_881;

function startLoad(test: TestContext, settings: Partial<LoadOptions> = {}) {
  const load = createLoad({ workerPath, ...settings });
  test.after(() => load.close());
  return load;
}

describe('isPrime', () => {
  it('agrees with the definition up to 2,000', () => {
    for (let number = 0; number <= 2_000; number += 1) {
      const divisors = Array.from({ length: number }, (_, index) => index + 1).filter((n) => number % n === 0);
      assert.equal(isPrime(number), divisors.length === 2, String(number));
    }
  });

  it('agrees with exact integer arithmetic on products of two factors near 2^53', () => {
    const factor = fc.integer({ min: 2, max: 94_906_265 });
    fc.assert(
      fc.property(factor, factor, (a, b) => isPrime(a * b) === false),
      { numRuns: 200 },
    );
  });

  it('is correct for the greatest primes below 2^53 and for the square of the greatest prime below its root', () => {
    assert.equal(isPrime(GREATEST_PRIME), true);
    assert.equal(isPrime(9_007_199_254_740_847), true);
    assert.equal(isPrime(Number.MAX_SAFE_INTEGER), false); // 6361 × 69431 × 20394401
    assert.equal(isPrime(94_906_249 ** 2), false);
  });
});

describe('the load', { timeout: 20_000 }, () => {
  it('computes many numbers, each with its own result', async (test) => {
    const load = startLoad(test);
    const results = await Promise.all([2, 4, 97, 91, GREATEST_PRIME, 1].map((number) => load.compute(number)));
    assert.deepEqual(
      results.map((result) => result.isPrime),
      [true, false, true, false, true, false],
    );
    assert.ok((results[4]?.processingTimeS ?? 0) > 0.001);
  });

  it('leaves the event loop responsive', async (test) => {
    const load = startLoad(test);
    await load.compute(2); // The thread has started.
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    const { processingTimeS } = await load.compute(GREATEST_PRIME);
    clearInterval(ticking);
    assert.ok(turns > processingTimeS * 100, `${turns} turns in ${processingTimeS} s`);
  });

  it('refuses immediately if too many wait', async (test) => {
    const load = startLoad(test, { maxWaiting: 2 });
    const accepted = [1, 2, 3].map((number) => load.compute(number));
    await assert.rejects(load.compute(4), { code: 'overloaded', retryAfterS: 5 });
    assert.equal((await Promise.all(accepted)).length, 3);
    assert.equal((await load.compute(5)).isPrime, true);
  });

  it('terminates a computation at its deadline and uses a new thread for the next ones', async (test) => {
    const workerPath = new URL('stubborn-worker.js', import.meta.url);
    // Only the first deadline passes, however long a thread needs to start.
    test.mock.timers.enable({ apis: ['setTimeout'] });
    const load = startLoad(test, { workerPath, deadlineMs: 200 });
    const stuck = load.compute(13);
    const next = load.compute(7);
    test.mock.timers.tick(200);
    await assert.rejects(stuck, { code: 'unavailable', retryAfterS: 5, message: /longer than 200 ms/ });
    assert.equal((await next).isPrime, true);
  });

  it('replaces a thread that exits', async (test) => {
    const load = startLoad(test, { workerPath: new URL('dying-worker.js', import.meta.url) });
    await assert.rejects(load.compute(13), { code: 'unavailable' });
    assert.equal((await load.compute(7)).isPrime, true);
  });

  it('rejects computations in progress when it closes, and later ones', async (test) => {
    const load = startLoad(test);
    const underWay = [load.compute(GREATEST_PRIME), load.compute(3)];
    const outcomes = Promise.allSettled(underWay);
    await load.close();
    const codes = (await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason.code);
    assert.deepEqual(codes, ['draining', 'draining']);
    await assert.rejects(load.compute(5), { code: 'draining' });
  });
});
