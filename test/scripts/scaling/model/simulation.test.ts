import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Scenario, simulate, type Trace } from '../../../../scripts/scaling/model/simulation.ts';
import { summarize } from '../../../../scripts/scaling/model/summary.ts';
import { inRule, outRule, settings, withAlarm } from './settings-example.ts';

const constant = (rate: number, durationS = 900): Trace => ({ name: 'constant', durationS, at: () => rate });

/** Two instances of 100 requests/s; boot 60 s, warm-up 120 s, data points at once. */
const scenario = (given: Partial<Scenario>): Scenario => ({
  settings,
  times: { bootS: 60, drainS: 20, detectS: 30 },
  requestsPerInstance: 100,
  metricDelayS: 0,
  trace: constant(100),
  initialSize: 2,
  ...given,
});

const texts = (given: Partial<Scenario>) =>
  simulate(scenario(given)).events.map(({ second, text }) => `${second} ${text}`);

describe('simulate', () => {
  it('scales 75 % CPU out by one after two minutes, and once only while the instance warms up', () => {
    const { seconds, events } = simulate(scenario({ trace: constant(150) }));
    assert.deepEqual(
      events.map(({ second, text }) => `${second} ${text}`),
      ['60 CpuLow is OK', '120 CpuHigh is ALARM', '120 desired capacity 2 → 3', '240 CpuHigh is OK'],
    );
    assert.deepEqual(
      [119, 120, 179, 180].map((second) => seconds[second]?.inService),
      [2, 2, 2, 3],
    );
    assert.deepEqual(
      [179, 180].map((second) => seconds[second]?.cpuPercent),
      [75, 50],
    );
  });

  it('refuses what exceeds the capacity until the larger step is in service', () => {
    const summary = summarize(simulate(scenario({ trace: constant(250) })));
    assert.equal(summary.overloadS, 180);
    assert.equal(summary.longestOverloadS, 180);
    assert.equal(summary.refused, 180 * 50);
    assert.equal(summary.largestFleet, 5);
  });

  it('waits longer when data points come late', () => {
    const late = summarize(simulate(scenario({ trace: constant(250), metricDelayS: 120 })));
    assert.equal(late.overloadS, 300);
  });

  it('scales in one by one while the load is low, down to the minimum, and pays until an instance is drained', () => {
    const { seconds } = simulate(scenario({ trace: constant(20), initialSize: 4 }));
    assert.deepEqual(
      [119, 120, 179, 180, 899].map((second) => seconds[second]?.desired),
      [4, 3, 3, 2, 2],
    );
    assert.deepEqual(
      [120, 139, 140].map((second) => seconds[second]?.running),
      [4, 4, 3],
    );
    assert.deepEqual(
      [119, 120].map((second) => seconds[second]?.inService),
      [4, 3],
    );
  });

  it('counts instance-hours from launch to termination', () => {
    assert.equal(summarize(simulate(scenario({ trace: constant(100, 3600) }))).instanceHours, 2);
  });

  it('starts at the size whose CPU stays below the scale-out threshold', () => {
    const { initialSize: _, ...unset } = scenario({ trace: constant(200) });
    assert.equal(simulate(unset).seconds[0]?.inService, 4);
    assert.equal(simulate({ ...unset, trace: constant(1) }).seconds[0]?.inService, settings.bounds.min);
  });

  it('keeps sending requests to a killed instance until it is detected, then replaces it', () => {
    const faults = [{ kind: 'kill', count: 1, atS: 10 } as const];
    const { seconds } = simulate(scenario({ trace: constant(100), faults }));
    assert.deepEqual(
      [9, 10, 39, 40].map((second) => seconds[second]?.served),
      [100, 50, 50, 100],
    );
    assert.deepEqual(
      [39, 40, 99, 100].map((second) => seconds[second]?.inService),
      [2, 1, 1, 2],
    );
  });

  it('launches nothing in a lost zone, and evens the zones out when it is back', () => {
    const faults = [{ kind: 'lose-zone', zone: 'a', atS: 10, untilS: 300 } as const];
    const { seconds } = simulate(scenario({ trace: constant(180), initialSize: 4, faults }));
    assert.deepEqual(
      [39, 40, 100].map((second) => seconds[second]?.inService),
      [4, 2, 4],
    );
    assert.equal(seconds[300]?.running, 5);
    assert.equal(seconds[899]?.inService, 4);
  });

  it('lists faults among the events', () => {
    const faults = [{ kind: 'lose-zone', zone: 'a', atS: 10, untilS: 300 } as const];
    assert.ok(texts({ faults }).includes('10 zone a is lost'));
  });

  it('refuses an alarm on a metric that it cannot compute', () => {
    const using = withAlarm(outRule, { metric: 'AWS/SQS ApproximateNumberOfMessagesVisible' });
    assert.throws(
      () => simulate(scenario({ settings: using })),
      /CpuHigh scales on 'AWS\/SQS Approx.*AWS\/EC2 CPUUtilization/,
    );
  });

  it('scales on requests per target, summed over the period', () => {
    const metric = 'AWS/ApplicationELB RequestCountPerTarget';
    const using = withAlarm(outRule, { metric, threshold: 4000 });
    assert.ok(texts({ settings: using, trace: constant(140) }).includes('120 desired capacity 2 → 5'));
    assert.ok(!texts({ settings: using, trace: constant(130) }).some((text) => text.includes('desired')));
  });

  const loads = fc.array(fc.nat(900), { minLength: 1, maxLength: 20 });
  const traceOf = (rates: readonly number[], factor = 1): Trace => ({
    name: 'any',
    durationS: rates.length * 60,
    at: (second) => (rates[Math.floor(second / 60)] ?? 0) * factor,
  });

  it('keeps the fleet within the bounds and serves no more than is asked or can be served', () => {
    fc.assert(
      fc.property(loads, (rates) => {
        for (const second of simulate(scenario({ trace: traceOf(rates) })).seconds) {
          assert.ok(second.desired >= 2 && second.desired <= 8);
          assert.ok(second.served <= Math.min(second.demand, second.capacity) + 1e-6);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('refuses nothing, not even by rounding, while the capacity is enough', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 299, noNaN: true }), (rate) => {
        const { refused, overloadS } = summarize(simulate(scenario({ trace: constant(rate, 60), initialSize: 3 })));
        assert.deepEqual([refused, overloadS], [0, 0]);
      }),
      { numRuns: 40 },
    );
  });

  it('answers more load with no less capacity at its first reaction', () => {
    fc.assert(
      fc.property(loads, (rates) => {
        const firstOut = (factor: number) =>
          simulate(scenario({ trace: traceOf(rates, factor) })).seconds.find(({ desired }) => desired !== 2);
        const [light, heavy] = [firstOut(1), firstOut(1.5)];
        if (light) assert.ok(heavy && heavy.second <= light.second);
        if (light && heavy && heavy.second === light.second) assert.ok(heavy.desired >= light.desired);
      }),
      { numRuns: 40 },
    );
  });
});

describe('flapping', () => {
  it('is a scale-in taken back at the same demand', () => {
    const nervous = withAlarm(inRule, { threshold: 58 });
    const { flaps } = summarize(simulate(scenario({ settings: nervous, trace: constant(170, 3600), initialSize: 3 })));
    assert.deepEqual(flaps[0], { inAtS: 120, outAtS: 240 });
  });

  it('is not a spike that comes and goes', () => {
    const spike: Trace = { name: 'spike', durationS: 3600, at: (second) => (second < 1200 ? 300 : 50) };
    const { flaps, scaleOuts, scaleIns } = summarize(simulate(scenario({ trace: spike })));
    assert.deepEqual(flaps, []);
    assert.ok(scaleOuts > 0 && scaleIns > 0);
  });
});
