import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { evaluationIntervalS, ScalingController } from '../../../../scripts/scaling/model/controller.ts';
import { inRule, outRule, settings, withAlarm } from './settings-example.ts';

const steady = (warm: number) => ({ warm, warming: 0, pending: 0, terminating: 0 });

/** Feeds one CPU value a minute to both alarms, each evaluated at the end of its minute. */
function run(values: readonly (number | undefined)[], { desired = 4, metricDelayS = 0, using = settings } = {}) {
  const controller = new ScalingController(using, desired, metricDelayS);
  return values.map((value, index) => {
    const nowS = (index + 1) * 60;
    for (const { alarm } of using.rules) if (value !== undefined) controller.observe(alarm, nowS, value);
    return controller.evaluate(nowS, steady(controller.desired));
  });
}

const sizes = (...given: Parameters<typeof run>) => run(...given).map(({ desired }) => desired);

describe('ScalingController', () => {
  it('scales out after two breaching periods, by the step of their average', () => {
    assert.deepEqual(sizes([50, 70, 70, 50]), [4, 4, 5, 5]);
    assert.deepEqual(sizes([50, 75, 95, 50]), [4, 4, 7, 7]);
  });

  it('repeats the action at every evaluation while the alarm is in ALARM', () => {
    assert.deepEqual(sizes([70, 70, 70, 70]), [4, 5, 6, 7]);
    assert.deepEqual(sizes([30, 30, 30, 30]), [4, 3, 2, 2]);
  });

  it('reports each change of an alarm once', () => {
    const changes = run([70, 70, 70, 50]).map((decision) => decision.changes);
    assert.deepEqual(changes, [
      [{ alarm: 'CpuLow', from: 'INSUFFICIENT_DATA', to: 'OK' }],
      [{ alarm: 'CpuHigh', from: 'INSUFFICIENT_DATA', to: 'ALARM' }],
      [],
      [{ alarm: 'CpuHigh', from: 'ALARM', to: 'OK' }],
    ]);
  });

  it('sees data points only when their delay has passed', () => {
    assert.deepEqual(sizes([70, 70, 50, 50], { metricDelayS: 60 }), [4, 4, 5, 5]);
    assert.deepEqual(sizes([70, 70, 50, 50], { metricDelayS: 90 }), [4, 4, 4, 5]);
  });

  it('lets the larger capacity win when policies disagree', () => {
    const using = withAlarm(inRule, { threshold: 90 });
    assert.deepEqual(sizes([70, 70, 70], { using }), [4, 5, 6]);
  });

  it('does nothing on an alarm that stands on missing data alone', () => {
    const using = withAlarm(outRule, { treatMissingData: 'breaching' });
    const decisions = run([undefined, undefined, undefined], { using });
    assert.equal(decisions[0]?.changes[0]?.to, 'ALARM');
    assert.deepEqual(
      decisions.map(({ desired }) => desired),
      [4, 4, 4],
    );
  });

  it('starts within the bounds of the group', () => {
    assert.equal(new ScalingController(settings, 1, 0).desired, 2);
    assert.equal(new ScalingController(settings, 99, 0).desired, 8);
  });

  const loads = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 3, maxLength: 30 });

  it('keeps within the bounds under any load', () => {
    fc.assert(
      fc.property(loads, (values) => {
        for (const size of sizes(values)) assert.ok(size >= settings.bounds.min && size <= settings.bounds.max);
      }),
    );
  });

  it('never scales in while the scale-out alarm is in ALARM', () => {
    fc.assert(
      fc.property(loads, (values) => {
        const controller = new ScalingController(settings, 4, 0);
        for (const [index, value] of values.entries()) {
          const before = controller.desired;
          for (const { alarm } of settings.rules) controller.observe(alarm, (index + 1) * 60, value);
          controller.evaluate((index + 1) * 60, steady(before));
          if (controller.alarms.get('CpuHigh') === 'ALARM') assert.ok(controller.desired >= before);
        }
      }),
    );
  });

  it('never reacts to more load with less capacity', () => {
    fc.assert(
      fc.property(loads, fc.nat(50), (values, more) => {
        const reaction = (load: number[]) => sizes(load).find((size) => size !== 4) ?? 4;
        const heavier = values.map((value) => Math.min(100, value + more));
        const firstAt = (load: number[]) => sizes(load).findIndex((size) => size !== 4);
        fc.pre(firstAt(values) === firstAt(heavier));
        assert.ok(reaction(heavier) >= reaction(values));
      }),
    );
  });
});

describe('evaluationIntervalS', () => {
  it('is a minute, or 10 s with a high-resolution alarm', () => {
    assert.equal(evaluationIntervalS(settings), 60);
    assert.equal(evaluationIntervalS(withAlarm(outRule, { periodS: 10 })), 10);
  });
});
