import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plannedRequests } from '../../../../scripts/drills/artillery/artillery.ts';
import { planDrill } from '../../../../scripts/drills/aws/plan.ts';
import { drillsOn } from '../../../../scripts/drills/registry.ts';

const choice = { drill: 'steady', target: 'https://example.org', ratePerS: 50, peakPerS: 500 };

describe('planDrill', () => {
  it('plans every drill, with its fault within the load', () => {
    for (const { name } of drillsOn('aws')) {
      const plan = planDrill({ ...choice, drill: name });
      assert.equal(plan.name, name);
      assert.ok(plan.fault === undefined || plan.faultAtS + (plan.holdS ?? 0) < plan.durationS, name);
    }
  });

  it('puts the rates of the operator into the phases of the drill', () => {
    const { phases, durationS } = planDrill({ ...choice, drill: 'scale-out' });
    assert.deepEqual(
      phases.map(({ fromPerS, toPerS }) => [fromPerS, toPerS]),
      [
        [50, 50],
        [50, 500],
        [500, 500],
        [50, 50],
      ],
    );
    assert.equal(durationS, 1_920);
  });

  it('scales the phases to the wanted duration', () => {
    const { phases } = planDrill({ ...choice, drill: 'scale-out', durationS: 192 });
    assert.deepEqual(
      phases.map(({ durationS }) => durationS),
      [12, 30, 60, 90],
    );
  });

  it('refuses a drill that does not exist, naming those that do', () => {
    for (const drill of ['meteor', 'toString']) {
      assert.throws(() => planDrill({ ...choice, drill }), /there is no drill '\w+': expected steady, scale-out/);
    }
  });

  it('holds an outage for a few minutes only, because nothing else stops its drill', () => {
    const outages = drillsOn('aws').filter(({ isOutage }) => isOutage);
    assert.ok(outages.length > 0);
    for (const { name, holdS = Infinity } of outages) assert.ok(holdS <= 300, name);
  });

  it('does not judge an outage by errors of clients, because connections that are open may go on', () => {
    const [outage] = drillsOn('aws').filter(({ isOutage }) => isOutage);
    assert.equal(outage?.objectives.errorRatio, 1);
  });

  it('refuses a load that ends before its fault can show', () => {
    assert.throws(
      () => planDrill({ ...choice, drill: 'lose-az', durationS: 100 }),
      /--duration is 100: lose-az needs 390 s at least/,
    );
  });

  it('counts the requests of even and rising phases', () => {
    const phases = [
      { name: 'a', durationS: 10, fromPerS: 5, toPerS: 5 },
      { name: 'b', durationS: 10, fromPerS: 5, toPerS: 15 },
    ];
    assert.equal(plannedRequests({ phases }), 150);
  });
});
