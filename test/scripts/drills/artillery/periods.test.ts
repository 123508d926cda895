import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  countRequests,
  observationsOf,
  type Period,
  parsePeriod,
} from '../../../../scripts/drills/artillery/periods.ts';

/** What artillery 2.0.34 reported of 12 s against a server that answered some with 503 and some not at all. */
const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'artillery-report.json'), 'utf8')) as {
  aggregate: { counters: Record<string, number> };
  intermediate: object[];
};

const period = (fromMs: number, toMs: number, requests: number, counters = {}): Period => ({
  firstCounterAt: fromMs,
  lastCounterAt: toMs,
  counters: { 'http.requests': requests, ...counters },
  summaries: {},
});

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

describe("artillery's report", () => {
  it('becomes a time series that keeps every request and every error of it', () => {
    const periods = recorded.intermediate.map((period) => parsePeriod(JSON.stringify(period)));
    const startedAtMs = periods[0]?.firstCounterAt ?? assert.fail('no period');
    const seconds = observationsOf(periods, startedAtMs);
    const { counters } = recorded.aggregate;
    assert.equal(Math.round(total(seconds.map((one) => one.requestsPerS))), counters['http.requests']);
    assert.equal(
      Math.round(total(seconds.map((one) => one.errorsPerS))),
      (counters['http.codes.503'] ?? 0) + (counters['errors.ECONNRESET'] ?? 0),
    );
    assert.deepEqual(
      seconds.map(({ second }) => second),
      Array.from(seconds.keys()),
    );
    assert.ok(seconds.length >= 12 && seconds.length <= 14, `${seconds.length} seconds`);
    assert.ok(seconds.every(({ p50Ms = -1, p99Ms = -1 }) => p50Ms >= 0 && p99Ms >= p50Ms));
  });

  it('counts refusals apart from errors', () => {
    const counters = { 'http.requests': 9, 'http.codes.429': 4, 'http.codes.503': 2, 'errors.ETIMEDOUT': 1 };
    assert.deepEqual(countRequests([{ counters }]), { requests: 9, acknowledged: 0, errors: 3, refused: 4 });
  });

  it('gives the latency of a period to each of its seconds, and none when nothing was answered', () => {
    const answered = { ...period(0, 900, 1), summaries: { 'http.response_time': { p50: 1, p95: 2, p99: 3 } } };
    const observations = observationsOf([answered, period(10_000, 10_900, 1)], 0);
    assert.deepEqual(observations, [
      { second: 0, requestsPerS: 1, errorsPerS: 0, p50Ms: 1, p95Ms: 2, p99Ms: 3 },
      { second: 10, requestsPerS: 1, errorsPerS: 0 },
    ]);
  });

  it('adds up where two periods meet within a second, and loses no request anywhere', () => {
    const length = fc.integer({ min: 0, max: 12_000 });
    fc.assert(
      fc.property(fc.array(fc.tuple(length, fc.integer({ min: 0, max: 1_000 })), { maxLength: 8 }), (shapes) => {
        let fromMs = 0;
        const periods = shapes.map(([lastedMs, requests]) => {
          const one = period(fromMs, fromMs + lastedMs, requests);
          fromMs += lastedMs;
          return one;
        });
        const sum = total(observationsOf(periods, 0).map(({ requestsPerS }) => requestsPerS));
        assert.ok(Math.abs(sum - total(shapes.map(([, requests]) => requests))) < 1e-6);
      }),
    );
  });

  it('is refused in another format', () => {
    assert.throws(
      () => parsePeriod('{"period":"1"}'),
      /cannot be read: \{"period":"1"\}: expected what artillery 2\.0/,
    );
    assert.throws(() => parsePeriod('nonsense'), /artillery reported a period that cannot be read: nonsense/);
  });
});
