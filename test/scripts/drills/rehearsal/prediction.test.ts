import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Timeline } from '../../../../scripts/drills/core/timeline.ts';
import { cpuCosts, predictScaling } from '../../../../scripts/drills/rehearsal/prediction.ts';
import { TIME_FACTORS } from '../../../../scripts/drills/rehearsal/stage/stage-facts.ts';
import { settings } from '../../scaling/model/settings-example.ts';

/** Two instances and 20 requests/s; from second 10 to 19 also 10 computations/s, whose backlog lasts until second 21. */
const seconds = Array.from({ length: 40 }, (_, second) => ({
  second,
  requestsPerS: 20,
  errorsPerS: 0,
  cpuPercent: second >= 10 && second < 22 ? 100 : 20,
  desired: 2,
  inService: 2,
  computations: second >= 10 && second < 20 ? 10 : 0,
}));

describe('cpuCosts', () => {
  it('measures a request in calm seconds, and a computation in the seconds that it kept busy', () => {
    // Calm: 0.4 of an instance for 20 requests. Loaded: 12 x 2 and 3 x 0.4, less 0.02 x 20 in each of 15 seconds, for 100.
    const { request = 0, computation = 0 } = cpuCosts(seconds) ?? {};
    assert.deepEqual([request.toFixed(6), computation.toFixed(6)], ['0.020000', '0.192000']);
  });

  it('is undefined without calm seconds, computations or CPU', () => {
    assert.equal(cpuCosts(seconds.slice(10, 20)), undefined);
    assert.equal(cpuCosts(seconds.slice(0, 10)), undefined);
    assert.equal(cpuCosts(seconds.map(({ cpuPercent: _, ...each }) => each)), undefined);
  });
});

describe('predictScaling', () => {
  const timeline = new Timeline(1_000_000);
  const targetGroup = { deregistrationDelayS: 20, healthCheck: { intervalS: 10, unhealthyThreshold: 2 } };
  const facts = { scaling: settings, targetGroup } as Parameters<typeof predictScaling>[0];
  const sentAtMs = seconds.flatMap(({ second, computations }) =>
    Array<number>(computations).fill(1_000_000 + 1_000 * second),
  );
  const observed = seconds.map(({ computations: _, ...each }) => each);

  it('weighs a computation by its CPU in requests of clients', () => {
    const prediction = predictScaling(facts, timeline, { scalingFromMs: 1_010_000, sentAtMs }, observed);
    const { requestsPerInstance, seconds: predicted } = prediction ?? assert.fail('no prediction');
    assert.equal(requestsPerInstance.toFixed(6), '50.000000');
    // 20 requests and 10 computations of 9.6 requests each, of 100 that two instances can take.
    const [first] = predicted;
    assert.deepEqual([first?.second, first?.demandPerS.toFixed(3), first?.cpuPercent], [10, '116.000', 100]);
    assert.equal(predicted.at(-1)?.demandPerS, 20);
    // In ALARM after two periods and the delay of the metric: three minutes of the controller.
    assert.equal(prediction?.predicted.outAtS, 10 + Math.ceil(180 / TIME_FACTORS.scaling));
  });
});
