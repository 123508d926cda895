import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { becomesTrue } from '../../../../../scripts/cli/wait.ts';
import { Fleet, type FleetOptions } from '../../../../../scripts/drills/rehearsal/stage/fleet.ts';
import type { LaunchOutcome, Member } from '../../../../../scripts/drills/rehearsal/stage/launcher.ts';
import { settings } from '../../../scaling/model/settings-example.ts';

const ENDS_MS = 3_000;

/** A fleet without real instances: the test sets the result of each one's hook and health check. */
function startFleet(context: TestContext) {
  const launched: Member[] = [];
  const targets = new Map<string, boolean>();
  const outcomes = new Map<string, LaunchOutcome>();
  const terminated: string[] = [];
  const ends: string[] = [];
  const logged: string[] = [];
  const gate = { whileLaunching: async () => {} };
  const launch = async (zone: string, image: string) => {
    const id = `i-${launched.length}`;
    const end = (how: string) => async () => {
      terminated.push(id);
      ends.push(`${id}: ${how}`);
    };
    await gate.whileLaunching();
    const member = {
      id,
      zone,
      image,
      state: 'pending',
      launchedS: performance.now() / 1_000,
      inServiceAtMs: undefined,
    };
    const made = {
      ...member,
      attachment: { address: '', detach: async () => {} },
      instance: { cutPower: end('power cut'), powerOff: end('powered off') },
    };
    launched.push(made as unknown as Member);
    return launched.at(-1) as Member;
  };
  const options: FleetOptions = {
    facts: { scaling: settings, targetGroup: { deregistrationDelayS: 0 } as FleetOptions['facts']['targetGroup'] },
    loadBalancer: {
      states: async () => targets,
      register: async (id) => void targets.set(id, false),
      drain: async () => {},
      remove: async (id) => void targets.delete(id),
    },
    outcomeOf: (id) => outcomes.get(id),
    launch,
  };
  const fleet = new Fleet(options, 'good');
  fleet.log = (text) => logged.push(text);
  fleet.start();
  context.after(() => fleet.stop());
  const becomes = async (what: () => boolean) => assert.ok(await becomesTrue(what, ENDS_MS), logged.join('\n'));
  const serve = (id: string) => {
    outcomes.set(id, { result: 'CONTINUE', by: 'instance' });
    return becomes(() => targets.has(id)).then(() => targets.set(id, true));
  };
  return { fleet, launched, targets, outcomes, terminated, ends, gate, becomes, serve };
}

const idsOf = (members: readonly Member[]) => members.map(({ id }) => id).sort();

describe('Fleet', () => {
  it('launches nothing while EC2 cannot, and tries again later', async (context) => {
    const { fleet, launched, becomes, serve } = startFleet(context);
    await becomes(() => launched.length === 2);
    await serve('i-0');
    await serve('i-1');
    await fleet.settled();
    fleet.canLaunch = false;
    fleet.desired += 1;
    await assert.rejects(fleet.settled(500), /waited 0\.5 s for 3 instances/);
    assert.equal(launched.length, 2);
    fleet.canLaunch = true;
    await becomes(() => launched.length === 3);
  });

  it('makes an instance a target when its own hook says CONTINUE, and puts it in service when it is healthy', async (context) => {
    const { fleet, launched, targets, becomes, outcomes } = startFleet(context);
    await becomes(() => launched.length === 2);
    outcomes.set('i-0', { result: 'CONTINUE', by: 'instance' });
    await becomes(() => targets.has('i-0'));
    assert.deepEqual([[...targets.keys()], fleet.inService], [['i-0'], []]);
    targets.set('i-0', true);
    await becomes(() => fleet.inService.length === 1);
  });

  it('terminates an instance whose launch is abandoned, and launches another', async (context) => {
    const { fleet, launched, targets, terminated, becomes, outcomes } = startFleet(context);
    await becomes(() => launched.length === 2);
    outcomes.set('i-0', { result: 'ABANDON', by: 'timeout' });
    await becomes(() => launched.length === 3);
    assert.deepEqual([terminated, idsOf(fleet.members), targets.size], [['i-0'], ['i-1', 'i-2'], 0]);
  });

  it('replaces an instance that becomes unhealthy, and is settled when the new one is in service', async (context) => {
    const { fleet, launched, targets, terminated, becomes, serve } = startFleet(context);
    await becomes(() => launched.length === 2);
    await Promise.all([serve('i-0'), serve('i-1')]);
    await fleet.settled(ENDS_MS);
    targets.set('i-1', false);
    await becomes(() => launched.length === 3);
    await assert.rejects(fleet.settled(1), /waited 0.001 s for 2 instances to be in service/);
    await serve('i-2');
    await fleet.settled(ENDS_MS);
    assert.deepEqual([terminated, idsOf(fleet.inService)], [['i-1'], ['i-0', 'i-2']]);
  });

  it('is not settled while its instances are in one zone of two', async (context) => {
    const { fleet, launched, becomes, serve } = startFleet(context);
    fleet.lostZones.add('b');
    await becomes(() => launched.length === 2);
    await Promise.all([serve('i-0'), serve('i-1')]);
    await fleet.settled(ENDS_MS);
    fleet.lostZones.delete('b');
    await assert.rejects(fleet.settled(1), /waited/);
  });

  it('powers off an instance that serves, and cuts the power of one that may still boot', async (context) => {
    const { fleet, launched, ends, becomes, serve } = startFleet(context);
    await becomes(() => launched.length === 2);
    await serve('i-0');
    await becomes(() => fleet.inService.length === 1);
    await Promise.all(launched.slice(0, 2).map((member) => fleet.terminate(member)));
    assert.deepEqual(ends.toSorted(), ['i-0: powered off', 'i-1: power cut']);
  });

  it('also rolls back a launch in progress', async (context) => {
    const { fleet, launched, terminated, gate, becomes, serve } = startFleet(context);
    await becomes(() => launched.length === 2);
    await Promise.all([serve('i-0'), serve('i-1')]);
    await fleet.settled(ENDS_MS);
    const { promise: launch, resolve: finishLaunch } = Promise.withResolvers<void>();
    const { promise: launchStarted, resolve: startLaunch } = Promise.withResolvers<void>();
    gate.whileLaunching = () => {
      startLaunch();
      return launch;
    };
    [fleet.image, fleet.desired] = ['bad', 3];
    await launchStarted;
    fleet.desired = 2;
    const rollback = fleet.rollBackTo('good');
    finishLaunch();
    await rollback;
    assert.deepEqual([launched.map(({ image }) => image), terminated], [['good', 'good', 'bad'], ['i-2']]);
  });
});
