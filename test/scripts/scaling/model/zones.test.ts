import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { reconcile, type ZonedInstance } from '../../../../scripts/scaling/model/zones.ts';

const zones = ['a', 'b', 'c'];

/** Instances in service, one for each letter, the first the oldest. */
const fleet = (letters: string): ZonedInstance[] =>
  [...letters].map((zone, launchedS) => ({ zone, state: 'inService', launchedS }));

const zonesOf = (instances: readonly ZonedInstance[]) => instances.map(({ zone }) => zone).join('');

describe('reconcile', () => {
  it('launches into the emptiest zones', () => {
    assert.deepEqual(reconcile(6, fleet('aab'), zones).launch, ['c', 'b', 'c']);
  });

  it('counts instances that boot and none that terminate', () => {
    const instances: ZonedInstance[] = [
      { zone: 'a', state: 'pending', launchedS: 0 },
      { zone: 'b', state: 'terminating', launchedS: 0 },
    ];
    assert.deepEqual(reconcile(2, instances, ['a', 'b']).launch, ['b']);
  });

  it('terminates the oldest instance of the fullest zone', () => {
    const { terminate } = reconcile(3, fleet('cabab'), zones);
    assert.equal(zonesOf(terminate), 'ab');
    assert.deepEqual(
      terminate.map(({ launchedS }) => launchedS),
      [1, 2],
    );
  });

  it('repairs an imbalance by launching first, and terminates only when the new instance serves', () => {
    const uneven = fleet('aabb');
    assert.deepEqual(reconcile(4, uneven, zones), { launch: ['c'], terminate: [] });
    const replacing: ZonedInstance[] = [...uneven, { zone: 'c', state: 'pending', launchedS: 9 }];
    assert.deepEqual(reconcile(4, replacing, zones), { launch: [], terminate: [] });
    assert.equal(zonesOf(reconcile(4, fleet('aabbc'), zones).terminate), 'a');
  });

  it('leaves a zone out that is not given', () => {
    assert.deepEqual(reconcile(2, fleet('a'), ['b']).launch, ['b']);
    assert.deepEqual(reconcile(2, fleet('a'), []), { launch: [], terminate: [] });
  });

  it('keeps zones within one instance of each other, whatever sizes it goes through', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(20), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 4 }),
        (sizes, count) => {
          const all = ['a', 'b', 'c', 'd'].slice(0, count);
          let instances: ZonedInstance[] = [];
          for (const [step, desired] of sizes.entries()) {
            const { launch, terminate } = reconcile(desired, instances, all);
            const launched = launch.map((zone): ZonedInstance => ({ zone, state: 'inService', launchedS: step }));
            instances = [...instances.filter((instance) => !terminate.includes(instance)), ...launched];
            assert.equal(instances.length, desired);
            const perZone = all.map((zone) => instances.filter((instance) => instance.zone === zone).length);
            assert.ok(Math.max(...perZone) - Math.min(...perZone) <= 1, `uneven: ${perZone}`);
          }
        },
      ),
    );
  });
});
