import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  capacityCourse,
  measuredBootS,
  measuredCapacity,
  observedTrace,
  predict,
} from '../../../../scripts/drills/core/prediction.ts';
import type { Observation } from '../../../../scripts/drills/core/run-record.ts';
import { settings } from '../../scaling/model/settings-example.ts';

/** A minute of a run in which a second stands for ten: 100 requests/s, then 250; two instances all the time. */
const observations = Array.from(
  { length: 60 },
  (_, second): Observation => ({
    second,
    requestsPerS: second < 30 ? 100 : 250,
    errorsPerS: 0,
    desired: 2,
    inService: 2,
  }),
);

const inputs = { settings, timeFactor: 10, fromS: 0, requestsPerInstance: 100, metricDelayS: 0, drainS: 2, detectS: 2 };

describe('observedTrace', () => {
  it('stretches the run to the seconds of the model', () => {
    const { durationS, at } = observedTrace(observations, 10, 0);
    assert.equal(durationS, 600);
    assert.deepEqual([0, 299, 300, 599].map(at), [100, 100, 250, 250]);
  });

  it('begins where a period does, within a second or before the run', () => {
    const late = observedTrace(observations, 10, 29.5);
    assert.equal(late.durationS, 305);
    assert.deepEqual([0, 4, 5].map(late.at), [100, 100, 250]);
    const early = observedTrace(observations, 1, -40);
    assert.equal(early.durationS, 100);
    assert.deepEqual([39, 40, 70].map(early.at), [0, 100, 250]);
  });

  it('is idle where nothing was observed', () => {
    assert.equal(observedTrace([], 1, 0).durationS, 0);
    assert.equal(observedTrace(observations.slice(10), 1, 0).at(3), 0);
  });
});

describe('predict', () => {
  it('predicts in the seconds of the run', () => {
    const prediction = predict(inputs, observations);
    const { seconds } = prediction ?? assert.fail('no prediction');
    assert.equal(seconds.length, 60);
    // 50 % CPU, from second 30 on overload; in ALARM two minutes (12 s here) later, in service after a minute of boot (6 s).
    assert.deepEqual(
      [29, 30, 41, 42, 47, 48].map((second) => seconds[second]),
      [
        { second: 29, demandPerS: 100, cpuPercent: 50, desired: 2, inService: 2 },
        { second: 30, demandPerS: 250, cpuPercent: 100, desired: 2, inService: 2 },
        { second: 41, demandPerS: 250, cpuPercent: 100, desired: 2, inService: 2 },
        { second: 42, demandPerS: 250, cpuPercent: 100, desired: 5, inService: 2 },
        { second: 47, demandPerS: 250, cpuPercent: 100, desired: 5, inService: 2 },
        { second: 48, demandPerS: 250, cpuPercent: 50, desired: 5, inService: 5 },
      ],
    );
    assert.deepEqual(prediction?.predicted, { peak: 5, outAtS: 42 });
    assert.deepEqual(prediction?.measured, { peak: 2 });
  });

  it('begins with the fleet of its first second', () => {
    const grown = observations.map((each) => (each.second < 12 ? each : { ...each, desired: 4, inService: 4 }));
    const { seconds = [], measured } = predict({ ...inputs, fromS: 12 }, grown) ?? {};
    assert.deepEqual(seconds[0], { second: 12, demandPerS: 100, cpuPercent: 25, desired: 4, inService: 4 });
    assert.deepEqual(measured, { peak: 4 });
  });

  it('gives each second the first modelled second in it, when a period began before the run', () => {
    const { seconds = [] } = predict({ ...inputs, timeFactor: 1, fromS: -12.3 }, observations) ?? {};
    assert.deepEqual(
      [seconds[0], seconds[59]].map((each) => [each?.second, each?.demandPerS]),
      [
        [0, 100],
        [59, 250],
      ],
    );
  });

  it('takes capacity and boot time from the run by default', () => {
    // 250 requests/s keep 2 instances at 62.5 %: 200 each. A third one boots in 4 s.
    const measured = observations.map((each) => ({
      ...each,
      cpuPercent: each.requestsPerS / 4,
      desired: each.second < 40 ? 2 : 3,
      inService: each.second < 44 ? 2 : 3,
    }));
    const { requestsPerInstance: _, ...unstated } = inputs;
    const { requestsPerInstance, bootS } = predict(unstated, measured.slice(0, 44)) ?? {};
    assert.deepEqual([requestsPerInstance, bootS], [200, 6]);
    assert.equal(predict(unstated, measured)?.bootS, 4);
  });

  it('predicts nothing without observations', () => {
    const { requestsPerInstance: _, ...unstated } = inputs;
    assert.equal(predict(unstated, observations), undefined);
    const unseen = observations.map(({ second, requestsPerS }) => ({ second, requestsPerS, errorsPerS: 0 }));
    assert.equal(predict(inputs, unseen), undefined);
  });
});

describe('capacityCourse', () => {
  it('finds the highest desired capacity and the first changes', () => {
    const desired = [2, 2, 4, 6, 6, 4, 2, undefined, 3];
    assert.deepEqual(
      capacityCourse(desired.map((each, index) => ({ second: 10 + index, ...(each && { desired: each }) }))),
      {
        peak: 6,
        outAtS: 12,
        inAtS: 15,
      },
    );
    assert.deepEqual(capacityCourse([]), { peak: 0 });
  });
});

describe('measuredCapacity', () => {
  const second = { second: 0, requestsPerS: 100, errorsPerS: 0, cpuPercent: 50, inService: 2 };

  it('divides what was answered by the CPU of the fleet', () => {
    // One instance's worth of CPU answers 100, then two instances' worth answer 140 of 200.
    const busier = { ...second, requestsPerS: 200, errorsPerS: 60, inService: 4 };
    assert.equal(measuredCapacity([second, busier]), 80);
  });

  it('ignores seconds that are idle or without a CPU', () => {
    const { cpuPercent: _, ...unknown } = second;
    assert.equal(measuredCapacity([second, { ...second, requestsPerS: 0 }, unknown]), 100);
    assert.equal(measuredCapacity([unknown]), undefined);
  });
});

describe('measuredBootS', () => {
  it('counts from the first scale-out until as many as desired serve', () => {
    const fleet = (second: number, desired: number, inService: number) => ({
      second,
      requestsPerS: 1,
      errorsPerS: 0,
      desired,
      inService,
    });
    assert.equal(measuredBootS([fleet(0, 2, 2), fleet(7, 4, 2), fleet(9, 4, 3), fleet(12, 5, 4)]), 5);
    assert.equal(measuredBootS([fleet(0, 2, 1), fleet(3, 2, 2)]), undefined);
    assert.equal(measuredBootS([fleet(0, 2, 2), fleet(3, 4, 2)]), undefined);
  });
});
