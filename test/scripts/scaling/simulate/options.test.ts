import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyOverrides, parseFault, parseMeasurement } from '../../../../scripts/scaling/simulate/options.ts';
import { settings } from '../model/settings-example.ts';

describe('applyOverrides', () => {
  const rule = (changes: string[], index: number) => applyOverrides(settings, changes).rules[index];

  it('changes bounds and warm-up', () => {
    const changed = applyOverrides(settings, ['min=3', 'max=12', 'warmup=30']);
    assert.deepEqual(changed, { ...settings, bounds: { min: 3, max: 12 }, warmupS: 30 });
  });

  it('changes the alarms of one direction', () => {
    const changed = applyOverrides(settings, ['in.threshold=30.5', 'in.periods=15']);
    assert.deepEqual(changed.rules[0], settings.rules[0]);
    const { threshold, evaluationPeriods, datapointsToAlarm } = changed.rules[1]?.alarm ?? {};
    assert.deepEqual([threshold, evaluationPeriods, datapointsToAlarm], [30.5, 15, 15]);
  });

  it('replaces the steps, written as metric values from the threshold outwards', () => {
    assert.equal(rule(['out.steps=50:2/75:4'], 0)?.alarm.threshold, 50);
    assert.deepEqual(rule(['out.steps=50:2/75:4'], 0)?.policy.steps, [
      { lowerBound: 0, upperBound: 25, adjustment: 2 },
      { lowerBound: 25, adjustment: 4 },
    ]);
    assert.deepEqual(rule(['in.steps=40:-1/15:-2'], 1)?.policy.steps, [
      { upperBound: 0, lowerBound: -25, adjustment: -1 },
      { upperBound: -25, adjustment: -2 },
    ]);
  });

  it('refuses what it does not understand', () => {
    const refused = (change: string) => () => applyOverrides(settings, [change]);
    assert.throws(refused('size=3'), /--set is 'size=3': expected <name>=<value> with one of min, max/);
    assert.throws(refused('min'), /--set is 'min'/);
    assert.throws(refused('min=many'), /--set min is 'many': expected a whole number/);
    assert.throws(refused('out.steps=60'), /--set out.steps is '': expected a number/);
    assert.throws(refused('in.steps=40:1/15:2'), /in.steps is '40:1\/15:2': expected instances to remove, as in 40:-1/);
    assert.throws(refused('out.steps=60:1/75:0'), /out.steps is .*: expected instances to add, as in 60:1\/75:2/);
    assert.throws(refused('min=9'), /a minimum of 9 and a maximum of 8: raise max/);
  });
});

describe('parseFault', () => {
  it('reads kills and lost zones', () => {
    assert.deepEqual(parseFault('kill:2@600', []), { kind: 'kill', count: 2, atS: 600 });
    const lost = { kind: 'lose-zone', zone: 'eu-west-1a', atS: 60, untilS: 120 };
    assert.deepEqual(parseFault('lose-zone:eu-west-1a@60-120', ['eu-west-1a']), lost);
  });

  it('refuses other words, and zones that the stage has not', () => {
    assert.throws(() => parseFault('kill:one@2', []), /--fault is 'kill:one@2': expected kill:<count>@<second>/);
    assert.throws(() => parseFault('lose-zone:c@1-2', ['a', 'b']), /--fault loses zone 'c': expected a, b/);
  });
});

describe('parseMeasurement', () => {
  it('reads a measurement, with a boot time of a minute when none was measured', () => {
    const read = (text: string) => parseMeasurement('bench.json', text);
    assert.deepEqual(read('{"requestsPerInstance": 3500, "bootS": 42}'), { requestsPerInstance: 3500, bootS: 42 });
    assert.equal(read('{"requestsPerInstance": 3500}').bootS, 60);
    assert.throws(() => read('{"requestsPerInstance": 0}'), /bench.json is no measurement of an instance: expected/);
    assert.throws(() => read('no JSON'), /bench.json is no measurement/);
  });
});
