import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type MetricsFolder, memoryMetricsFolder } from '../../../server/metrics/instance-folder.ts';
import { createInstanceMetrics } from '../../../server/metrics/instance-metrics.ts';
import { createMetrics } from '../../../server/metrics/metrics.ts';

/** An instance whose workers start, count, exit and share one folder. */
function createInstance() {
  const folder = memoryMetricsFolder();
  const living = new Set<number>();
  let nowMs = 0;
  let pids = 0;

  function startWorker({ over = folder, isRestart = false } = {}) {
    pids += 1;
    const pid = pids;
    living.add(pid);
    const metrics = createMetrics({ isRestart });
    const instance = createInstanceMetrics({
      folder: over,
      pid,
      startedAtMs: nowMs,
      memoryBytes: () => 100,
      metrics,
      nowMs: () => nowMs,
      isAlive: (other) => living.has(other),
    });
    return { metrics, instance, die: () => void living.delete(pid) };
  }
  return { folder, startWorker, pass: (ms: number) => (nowMs += ms) };
}

/** The folder, which fails permanently after a number of calls, as if the process had exited. */
function dyingFolder(folder: MetricsFolder, calls: number): MetricsFolder {
  let left = calls;
  const through =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      left -= 1;
      if (left < 0) throw new Error('dead');
      return call(...args);
    };
  return {
    write: through(folder.write),
    read: through(folder.read),
    list: through(folder.list),
    remove: through(folder.remove),
    claim: through(folder.claim),
  };
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('count' as const), worker: fc.nat(3), count: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('share' as const), worker: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('close' as const), worker: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart' as const), worker: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('die closing' as const), worker: fc.nat(3), at: fc.nat(24) }) },
);

describe('the metrics of an instance', () => {
  it('count everything that reached a file exactly once, through restarts and crashes at any point', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { folder, startWorker } = createInstance();
        const workers = Array.from({ length: 4 }, () => ({ ...startWorker(), counted: 0, shared: 0 }));
        let reachedFiles = 0; // by processes that are no more
        let closed = 0;
        let periods = 0;
        let complete = true;
        const replace = (index: number) => {
          workers[index]?.die();
          reachedFiles += workers[index]?.shared ?? 0;
          workers[index] = { ...startWorker({ isRestart: true }), counted: 0, shared: 0 };
        };
        for (const step of steps) {
          const worker = workers[step.worker] as (typeof workers)[number];
          if (step.kind === 'count') {
            worker.metrics.count('timestampsRecorded', step.count);
            worker.counted += step.count;
          } else if (step.kind === 'share') {
            await worker.instance.share();
            worker.shared = worker.counted;
          } else if (step.kind === 'close') {
            periods += 1;
            closed += (await worker.instance.closePeriod(periods))?.totals.counters.timestampsRecorded ?? 0;
            worker.shared = worker.counted;
          } else if (step.kind === 'restart') {
            replace(step.worker);
          } else {
            periods += 1;
            const dying = startWorker({ over: dyingFolder(folder, step.at) });
            const numbers = await dying.instance.closePeriod(periods).catch(() => undefined);
            closed += numbers?.totals.counters.timestampsRecorded ?? 0;
            complete &&= numbers !== undefined;
            dying.die();
          }
        }
        const reader = startWorker();
        const { totals } = await reader.instance.read();
        const shared = workers.reduce((sum, worker) => sum + worker.shared, reachedFiles);
        assert.equal(totals.counters.timestampsRecorded, shared);
        const rest = await reader.instance.closePeriod(periods + 1);
        closed += rest?.totals.counters.timestampsRecorded ?? 0;
        if (complete) assert.equal(closed, shared, 'the periods add up to the total');
        else assert.ok(closed <= shared, 'a period may be lost with the worker that closed it, but none counts twice');
      }),
      { numRuns: 200 },
    );
  });

  it('are closed by exactly one of the workers', async () => {
    const { startWorker } = createInstance();
    const workers = [startWorker(), startWorker(), startWorker()];
    for (const { metrics, instance } of workers) {
      metrics.count('timestampsRecorded', 2);
      await instance.share();
    }
    const answers = await Promise.all(workers.map(({ instance }) => instance.closePeriod(7)));
    const closed = answers.filter((answer) => answer !== undefined);
    assert.deepEqual(
      closed.map(({ totals }) => totals.counters.timestampsRecorded),
      [6],
    );
  });

  it('are zero for a period without events', async () => {
    const { metrics, instance } = createInstance().startWorker();
    metrics.count('timestampsRecorded', 5);
    await instance.closePeriod(1);
    assert.deepEqual((await instance.closePeriod(2))?.totals, createMetrics().snapshot());
  });

  it('count the restarts of workers', async () => {
    const { startWorker } = createInstance();
    const first = startWorker();
    await first.instance.share();
    first.die();
    const second = startWorker({ isRestart: true });
    assert.equal((await second.instance.closePeriod(1))?.totals.counters.workerRestarts, 1);
    assert.equal((await second.instance.closePeriod(2))?.totals.counters.workerRestarts, 0);
  });

  it('count an exited process once even if its file could not be removed', async () => {
    const { folder, startWorker } = createInstance();
    const dead = startWorker();
    dead.metrics.count('timestampsRecorded', 3);
    await dead.instance.share();
    dead.die();
    const clumsy = { ...folder, remove: () => Promise.reject(new Error('not permitted')) };
    const { instance } = startWorker({ over: clumsy });
    await assert.rejects(instance.closePeriod(1), /not permitted/);
    const heir = startWorker();
    await heir.instance.closePeriod(2);
    assert.equal((await heir.instance.read()).totals.counters.timestampsRecorded, 3);
  });

  it('add up the memory of the workers that still report', async () => {
    const { startWorker, pass } = createInstance();
    const hanging = startWorker();
    await hanging.instance.share();
    const { instance } = startWorker();
    assert.equal((await instance.read()).gauges.memory, 200);
    pass(31_000);
    assert.equal((await instance.read()).gauges.memory, 100);
  });

  it('leave no file of an exited process or a past period behind', async () => {
    const { folder, startWorker } = createInstance();
    const dead = startWorker();
    await dead.instance.closePeriod(1);
    dead.die();
    await startWorker().instance.closePeriod(2);
    assert.deepEqual((await folder.list()).sort(), ['instance.json', 'period-2', 'worker-2-0.json']);
  });
});
