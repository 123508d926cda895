import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  addTotals,
  BOUNDS,
  createMetrics,
  type Metrics,
  noTotals,
  totalsSince,
} from '../../../server/metrics/metrics.ts';
import { recordBlock, recordEventLoop } from '../support/measured.ts';

const duration = fc.double({ min: 0.25, max: 30_000, noNaN: true });
const events = fc.array(
  fc.oneof(
    fc.nat(50).map((count) => (metrics: Metrics) => metrics.count('timestampsRecorded', count)),
    fc.constant((metrics: Metrics) => metrics.count('timestampsRefused', 1)),
    fc.nat(50).map((count) => (metrics: Metrics) => metrics.count('timestampsFailed', count)),
    fc
      .record({ latencyMs: fc.nat(30_000), timestamps: fc.integer({ min: 1, max: 5_000 }), writeUnits: fc.nat(400) })
      .map((commit) => (metrics: Metrics) => recordBlock(metrics, commit)),
    fc.nat(100).map((percent) => (metrics: Metrics) => recordEventLoop(metrics, percent, percent)),
  ),
);

function countsOf(histogram: { counts: readonly number[] }) {
  return histogram.counts.reduce((sum, count) => sum + count, 0);
}

describe('the metrics of a worker', () => {
  it('count events', () => {
    const metrics = createMetrics();
    metrics.count('timestampsRecorded', 3);
    metrics.count('timestampsRecorded', 1);
    metrics.count('timestampsRefused', 1);
    metrics.count('timestampsFailed', 7);
    recordBlock(metrics, { latencyMs: 4.2, timestamps: 3, writeUnits: 1 });
    recordBlock(metrics, { latencyMs: 90_000, timestamps: 1, writeUnits: 2 });
    const { counters, histograms } = metrics.snapshot();
    assert.deepEqual(counters, {
      timestampsRecorded: 4,
      timestampsSpilled: 0,
      timestampsRefused: 1,
      timestampsFailed: 7,
      writeUnits: 3,
      clockJumps: 0,
      workerRestarts: 0,
    });
    assert.equal(histograms.timestampsPerBlock.counts[BOUNDS.timestampsPerBlock.indexOf(3)], 1);
    assert.equal(histograms.timestampsPerBlock.counts[BOUNDS.timestampsPerBlock.indexOf(1)], 1);
    assert.equal(histograms.commitLatency.counts.at(-1), 1, 'beyond the last bound: in the last bucket');
    assert.equal(histograms.commitLatency.sum, 90_004.2);
  });

  it('have at most 150 buckets each, the limit of values in a PutMetricData metric', () => {
    for (const [name, bounds] of Object.entries(BOUNDS)) {
      assert.ok(bounds.length <= 150, `${name} has ${bounds.length}`);
      assert.deepEqual(
        bounds,
        [...bounds].sort((a, b) => a - b),
      );
    }
  });

  it('put a duration into the bucket whose bound is at most 9 % above it', () => {
    fc.assert(
      fc.property(duration, (latencyMs) => {
        const metrics = createMetrics();
        recordBlock(metrics, { latencyMs, timestamps: 1, writeUnits: 1 });
        const bucket = metrics.snapshot().histograms.commitLatency.counts.indexOf(1);
        const bound = BOUNDS.commitLatency[bucket] as number;
        assert.ok(bound >= latencyMs && bound <= latencyMs * 1.09, `${latencyMs} counted as ${bound}`);
      }),
    );
  });

  it('add up to the counts of a single worker', () => {
    fc.assert(
      fc.property(events, events, (ofOne, ofOther) => {
        const [one, other, both] = [createMetrics(), createMetrics(), createMetrics()];
        for (const event of ofOne) event(one);
        for (const event of ofOther) event(other);
        for (const event of [...ofOne, ...ofOther]) event(both);
        assert.deepEqual(addTotals(one.snapshot(), other.snapshot()), both.snapshot());
      }),
    );
  });

  it('return the difference from an earlier snapshot, even after conversion to JSON and back', () => {
    fc.assert(
      fc.property(events, events, (before, after) => {
        const [all, later] = [createMetrics(), createMetrics()];
        for (const event of before) event(all);
        const earlier = JSON.parse(JSON.stringify(all.snapshot()));
        for (const event of after) {
          event(all);
          event(later);
        }
        assert.deepEqual(totalsSince(earlier, all.snapshot()), later.snapshot());
      }),
    );
  });

  it('count a process that replaces another one as a restart', () => {
    const [first, second] = [createMetrics(), createMetrics({ isRestart: true })];
    assert.equal(addTotals(first.snapshot(), second.snapshot()).counters.workerRestarts, 1);
  });

  it('start at zero', () => {
    const { counters, histograms } = noTotals();
    assert.ok(Object.values(counters).every((count) => count === 0));
    assert.deepEqual(Object.values(histograms).map(countsOf), [0, 0, 0, 0]);
  });
});
