import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Observation } from '../../../scripts/drill/data.ts';
import { observedTrace, predict } from '../../../scripts/drill/prediction.ts';
import { settings } from '../model/settings-example.ts';

/** A minute of a run in which a second stands for ten: 100 requests/s, then 250. */
const observations = Array.from(
  { length: 60 },
  (_, second): Observation => ({ second, requestsPerS: second < 30 ? 100 : 250, errorsPerS: 0 }),
);

const scenario = {
  settings,
  requestsPerInstance: 100,
  metricDelayS: 0,
  initialSize: 2,
  times: { bootS: 60, drainS: 20, detectS: 20 },
};

describe('observedTrace', () => {
  it('stretches the run to the seconds of the model', () => {
    const { durationS, at } = observedTrace(observations, 10);
    assert.equal(durationS, 600);
    assert.deepEqual([0, 299, 300, 599].map(at), [100, 100, 250, 250]);
  });

  it('is idle where nothing was observed', () => {
    assert.equal(observedTrace([]).durationS, 0);
    assert.equal(observedTrace(observations.slice(10)).at(3), 0);
  });
});

describe('predict', () => {
  it('tells in the seconds of the run what the model expects', () => {
    const predicted = predict(scenario, observations, 10);
    assert.equal(predicted.length, 60);
    // Overload from second 30 on, in ALARM two minutes (12 s here) later, in service after a minute of boot (6 s).
    assert.deepEqual(
      [29, 30, 47, 48].map((second) => predicted[second]?.servedPerS),
      [100, 200, 200, 250],
    );
    assert.deepEqual(
      [47, 48].map((second) => predicted[second]?.inService),
      [2, 5],
    );
  });
});
