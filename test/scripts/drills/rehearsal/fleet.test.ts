import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Undo } from '../../../../scripts/cli/undo.ts';
import { Fleet, type FleetPlace } from '../../../../scripts/drills/rehearsal/stage/fleet.ts';
import type { Member } from '../../../../scripts/drills/rehearsal/stage/launcher.ts';
import type { LaunchOutcome } from '../../../../scripts/drills/rehearsal/stage/lifecycle-hook-endpoint.ts';
import { comesTrue } from '../../../../scripts/machine/wait.ts';
import { settings } from '../../scaling/model/settings-example.ts';

const ENDS_MS = 3_000;

/** A fleet whose instances are imagined: the test says what each one's hook and health check tell. */
function startFleet(context: TestContext) {
  const launched: Member[] = [];
  const targets = new Map<string, boolean>();
  const outcomes = new Map<string, LaunchOutcome>();
  const ended: string[] = [];
  const told: string[] = [];
  const gate = { whileLaunching: async () => {} };
  const launch = async (zone: string, image: string) => {
    const id = `i-${launched.length}`;
    const end = async () => void ended.push(id);
    await gate.whileLaunching();
    const member = { id, zone, image, state: 'pending', launchedS: performance.now() / 1_000, inServiceAtMs: Infinity };
    const made = { ...member, attachment: { address: '' }, instance: { cutPower: end, powerOff: end } };
    launched.push(made as unknown as Member);
    return launched.at(-1) as Member;
  };
  const place: FleetPlace = {
    facts: { scaling: settings, targetGroup: { deregistrationDelayS: 0 } as FleetPlace['facts']['targetGroup'] },
    network: { detach: async () => {} },
    balancer: {
      states: async () => targets,
      register: async (id) => void targets.set(id, false),
      drain: async () => {},
      remove: async (id) => void targets.delete(id),
    },
    desk: { outcomeOf: (id) => outcomes.get(id) },
    launcher: { launch },
    undo: new Undo(),
  };
  const fleet = new Fleet(place, 'good');
  fleet.tell = (text) => told.push(text);
  fleet.start();
  context.after(() => fleet.stop());
  const becomes = async (what: () => boolean) => assert.ok(await comesTrue(what, ENDS_MS), told.join('\n'));
  const serve = (id: string) => {
    outcomes.set(id, { result: 'CONTINUE', by: 'instance' });
    return becomes(() => targets.has(id)).then(() => targets.set(id, true));
  };
  return { fleet, launched, targets, outcomes, ended, gate, becomes, serve };
}

const idsOf = (members: readonly Member[]) => members.map(({ id }) => id).sort();

describe('Fleet', () => {
  it('makes an instance a target when its own hook said CONTINUE, and takes it into service when it is healthy', async (context) => {
    const { fleet, launched, targets, becomes, outcomes } = startFleet(context);
    await becomes(() => launched.length === 2);
    outcomes.set('i-0', { result: 'CONTINUE', by: 'instance' });
    await becomes(() => targets.has('i-0'));
    assert.deepEqual([[...targets.keys()], fleet.inService], [['i-0'], []]);
    targets.set('i-0', true);
    await becomes(() => fleet.inService.length === 1);
  });

  it('ends an instance whose launch is abandoned, and launches another', async (context) => {
    const { fleet, launched, targets, ended, becomes, outcomes } = startFleet(context);
    await becomes(() => launched.length === 2);
    outcomes.set('i-0', { result: 'ABANDON', by: 'timeout' });
    await becomes(() => launched.length === 3);
    assert.deepEqual([ended, idsOf(fleet.members), targets.size], [['i-0'], ['i-1', 'i-2'], 0]);
  });

  it('replaces an instance that gets unhealthy, and is settled when the new one serves', async (context) => {
    const { fleet, launched, targets, ended, becomes, serve } = startFleet(context);
    await becomes(() => launched.length === 2);
    await Promise.all([serve('i-0'), serve('i-1')]);
    await fleet.settled(ENDS_MS);
    targets.set('i-1', false);
    await becomes(() => launched.length === 3);
    await assert.rejects(fleet.settled(1), /waited 0.001 s for 2 instances to be in service/);
    await serve('i-2');
    await fleet.settled(ENDS_MS);
    assert.deepEqual([ended, idsOf(fleet.inService)], [['i-1'], ['i-0', 'i-2']]);
  });

  it('is not settled while its instances stand in one zone of two', async (context) => {
    const { fleet, launched, becomes, serve } = startFleet(context);
    fleet.lostZones.add('b');
    await becomes(() => launched.length === 2);
    await Promise.all([serve('i-0'), serve('i-1')]);
    await fleet.settled(ENDS_MS);
    fleet.lostZones.delete('b');
    await assert.rejects(fleet.settled(1), /waited/);
  });

  it('rolls back a launch that is on its way, too', async (context) => {
    const { fleet, launched, ended, gate, becomes, serve } = startFleet(context);
    await becomes(() => launched.length === 2);
    await Promise.all([serve('i-0'), serve('i-1')]);
    await fleet.settled(ENDS_MS);
    const { promise: going, resolve: arrive } = Promise.withResolvers<void>();
    const { promise: leaving, resolve: leave } = Promise.withResolvers<void>();
    gate.whileLaunching = () => {
      leave();
      return going;
    };
    [fleet.image, fleet.desired] = ['bad', 3];
    await leaving;
    fleet.desired = 2;
    const rollback = fleet.rollBackTo('good');
    arrive();
    await rollback;
    assert.deepEqual([launched.map(({ image }) => image), ended], [['good', 'good', 'bad'], ['i-2']]);
  });
});
