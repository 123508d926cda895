import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Period } from '../../../../scripts/drills/artillery/periods.ts';
import { chooseInstanceToKill, chooseZoneToLose } from '../../../../scripts/drills/aws/faults/lost-capacity.ts';
import { refuseUnhealthy, stopReason } from '../../../../scripts/drills/aws/guards.ts';
import { alarm, member, snapshotExample } from './snapshot-example.ts';

const period = (requests: number, errors: number): Period => ({
  firstCounterAt: 0,
  lastCounterAt: 0,
  counters: { 'http.requests': requests, 'http.codes.502': errors },
  summaries: {},
});
const condition = { errorRatio: 0.2, alarm: /UsersAffected/ };

describe('the stop condition', () => {
  it('holds while few enough requests fail', () => {
    const periods = [period(100, 20), period(100, 20), period(100, 20)];
    assert.equal(stopReason(condition, periods, snapshotExample()), undefined);
  });

  it('is met when too many fail for half a minute, but not by one bad moment before', () => {
    const bad = [period(100, 0), period(100, 100), period(100, 0)];
    assert.equal(stopReason(condition, bad, snapshotExample()), '100 of 300 requests failed in the last 30 s');
    assert.equal(stopReason(condition, bad.slice(1), snapshotExample()), undefined);
    assert.equal(stopReason(condition, [period(9, 9), ...Array(3).fill(period(100, 1))], snapshotExample()), undefined);
  });

  it('looks at the last half minute only, however well it went before', () => {
    const periods = [...Array(30).fill(period(100, 0)), ...Array(3).fill(period(100, 30))];
    assert.equal(stopReason(condition, periods, snapshotExample()), '90 of 300 requests failed in the last 30 s');
  });

  it('is met when the alarm is in ALARM, and by no other alarm', () => {
    const inAlarm = snapshotExample({ alarms: [alarm('devUsersAffected7', 'ALARM', 0)] });
    assert.equal(stopReason(condition, [], inAlarm), 'the alarm devUsersAffected7 is in ALARM');
    const others = [alarm('dev-Cpu', 'ALARM', 0), alarm('devUsersAffected7', 'OK', 0)];
    assert.equal(stopReason(condition, [], snapshotExample({ alarms: others })), undefined);
  });
});

describe('an unhealthy stage', () => {
  it('is not drilled', () => {
    const refused = (said: Parameters<typeof snapshotExample>[0], message: RegExp) =>
      assert.throws(() => refuseUnhealthy(snapshotExample(said), /UsersAffected/), message);
    refused({ desired: 3 }, /2 of 3 instances of group serve: wait until the stage is stable/);
    refused({ targets: { 'i-1': 'healthy', 'i-2': 'unhealthy' } }, /1 of 2 instances of group serve/);
    refused({ members: [], desired: 0 }, /0 of 0 instances/);
    refused({ refresh: { status: 'InProgress', percent: 5, reason: '' } }, /an instance refresh is InProgress/);
    refused({ alarms: [alarm('xUsersAffected', 'ALARM', 0)] }, /the alarm xUsersAffected is in ALARM \(because\)/);
  });

  it('is distinguished from a healthy one', () => {
    const refresh = { status: 'Successful', percent: 100, reason: '' };
    assert.doesNotThrow(() => refuseUnhealthy(snapshotExample({ refresh, alarms: [alarm('x', 'ALARM', 0)] }), /Users/));
  });
});

describe('the targets of a fault', () => {
  const fleet = [member('i-1', 'a'), member('i-2', 'b'), member('i-3', 'b')];

  it('are taken where most instances are', () => {
    assert.equal(chooseInstanceToKill(fleet).id, 'i-2');
    assert.deepEqual(chooseZoneToLose(fleet), { zone: 'b', ids: ['i-2', 'i-3'] });
  });

  it('are those of the zone that the operator names', () => {
    assert.deepEqual(chooseZoneToLose(fleet, 'a'), { zone: 'a', ids: ['i-1'] });
    assert.throws(() => chooseZoneToLose(fleet, 'c'), /no instance serves in zone c: expected one of b, a/);
  });

  it('are never all that serve', () => {
    assert.throws(() => chooseInstanceToKill(fleet.slice(0, 1)), /1 instances serve: to kill one, expected 2/);
    assert.throws(() => chooseZoneToLose(fleet.slice(1)), /instances serve in b only: to lose a zone, expected 2/);
    assert.throws(() => chooseZoneToLose([]), /no instance serves in zone any: expected one of none/);
  });
});
