import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type MetricsFolder, memoryMetricsFolder } from '../../../server/metrics/instance-folder.ts';
import { createInstanceMetrics } from '../../../server/metrics/instance-metrics.ts';
import { createMetrics, type InstanceReport } from '../../../server/metrics/metrics.ts';
import { startMetricsReporter } from '../../../server/metrics/reporter.ts';

const PERIOD_MS = 200;
const SHARE_EVERY_MS = 20;

/** A worker with short periods; `nextReport` returns what it publishes. */
function startWorker(test: TestContext, folder: MetricsFolder, pid: number) {
  const metrics = createMetrics();
  const instance = createInstanceMetrics({
    folder,
    pid,
    startedAtMs: 0,
    memoryBytes: () => 1_000,
    metrics,
    nowMs: Date.now,
    isAlive: () => true,
  });
  const published: { report: InstanceReport; periodStart: Date }[] = [];
  const errors: unknown[] = [];
  let heard = Promise.withResolvers<void>();
  const reporter = startMetricsReporter({
    metrics,
    instance,
    sampleCpu: async () => ({ busyPercent: 50, ioWaitPercent: 5 }),
    readMemory: async () => 40,
    clockErrorMicros: () => 300,
    publish: async (report, periodStart) => {
      published.push({ report, periodStart });
      heard.resolve();
    },
    onError: (error) => {
      errors.push(error);
      heard.resolve();
    },
    periodMs: PERIOD_MS,
    shareEveryMs: SHARE_EVERY_MS,
  });
  const keepAlive = setInterval(() => {}, 1_000);
  test.after(async () => {
    clearInterval(keepAlive);
    await reporter.close();
  });
  const somethingHeard = async () => {
    await heard.promise;
    heard = Promise.withResolvers<void>();
  };
  return { metrics, reporter, published, errors, somethingHeard };
}

describe('the metrics reporter', { timeout: 10_000 }, () => {
  it('publishes each period once, from any worker, with the sum of all workers', async (test) => {
    const folder = memoryMetricsFolder();
    const workers = [1, 2, 3].map((pid) => startWorker(test, folder, pid));
    const startedMs = Date.now();
    for (const { metrics } of workers) metrics.count('timestampsRecorded', 5);
    const published = () => workers.flatMap((worker) => worker.published);
    const recorded = () => published().reduce((sum, { report }) => sum + report.totals.counters.timestampsRecorded, 0);
    while (published().length < 4 || recorded() < 15)
      await Promise.race(workers.map(({ somethingHeard }) => somethingHeard()));
    assert.equal(recorded(), 15);
    const starts = published().map(({ periodStart }) => periodStart.getTime());
    assert.equal(new Set(starts).size, starts.length, 'no period twice');
    for (const start of starts) {
      assert.equal(start % PERIOD_MS, 0);
      assert.ok(start > startedMs - 3 * PERIOD_MS && start < Date.now());
    }
    for (const { report } of published()) {
      const { hostCpu, hostIoWait, hostMemory, clockErrorBound } = report.gauges;
      assert.deepEqual([hostCpu, hostIoWait, hostMemory, clockErrorBound], [50, 5, 40, 0.3]);
    }
  });

  it('reports the metrics since the start at any time', async (test) => {
    const { metrics, reporter } = startWorker(test, memoryMetricsFolder(), 1);
    metrics.count('timestampsRecorded', 2);
    const report = await reporter.report();
    assert.equal(report.totals.counters.timestampsRecorded, 2);
    assert.equal(report.gauges.memory, 1_000);
  });

  it('leaves the last values of an exiting worker to the others', async (test) => {
    const folder = memoryMetricsFolder();
    const [leaving, staying] = [startWorker(test, folder, 1), startWorker(test, folder, 2)];
    leaving.metrics.count('timestampsRecorded', 9);
    await leaving.reporter.close();
    assert.equal((await staying.reporter.report()).totals.counters.timestampsRecorded, 9);
  });

  it('continues after an error, which it reports once', async (test) => {
    const folder = memoryMetricsFolder();
    let full = true;
    let failures = 0;
    const longEnough = Promise.withResolvers<void>();
    const write: MetricsFolder['write'] = async (name, text) => {
      if (!full) return folder.write(name, text);
      failures += 1;
      // Longer than a period, so that closing a period has failed as well as sharing.
      if (failures > (2 * PERIOD_MS) / SHARE_EVERY_MS) longEnough.resolve();
      throw new Error('no space left on device');
    };
    const { errors, published, somethingHeard } = startWorker(test, { ...folder, write }, 1);
    await longEnough.promise;
    assert.deepEqual(errors.map(String), ['Error: no space left on device']);
    full = false;
    while (published.length === 0) await somethingHeard();
    assert.equal(published.length, 1);
  });
});
