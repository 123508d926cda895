import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BASTION } from './aws/example-stage.ts';
import { startFakeAws } from './aws/fake-aws.ts';
import { stageOnAws } from './aws/stage-on-aws.ts';
import { runEntry } from './run-entry.ts';

/** A group that follows its desired capacity: empty, then pending, then in service. */
function startingBastion() {
  let looks = 0;
  const answers = stageOnAws({
    bastions: () => [[], [], [{ ...BASTION, lifecycle: 'Pending' }], [BASTION]][Math.min(looks++, 3)] ?? [],
  });
  return answers;
}

/** What is set, and for when: `park in 60 min`, counted from the beginning of the test. */
function changes(requests: readonly { operation: string; params: Readonly<Record<string, unknown>> }[], begin: number) {
  return requests.flatMap(({ operation, params }) => {
    if (operation === 'SetDesiredCapacity') return [`now ${params['DesiredCapacity']}`];
    if (operation !== 'PutScheduledUpdateGroupAction') return [];
    const { AutoScalingGroupName: group, ScheduledActionName: name, StartTime, DesiredCapacity: desired } = params;
    const minutes = Math.floor((Date.parse(String(StartTime)) - begin) / 60_000);
    return [`${group} ${name} ${desired} ${minutes >= 59 && minutes <= 62 ? 'in an hour' : StartTime}`];
  });
}

const capacities = (requests: readonly { operation: string; params: object }[]) =>
  requests.filter(({ operation }) => operation === 'SetDesiredCapacity').map(({ params }) => params);

describe('npm run bastion', () => {
  it('starts the bastion and waits until it is in service', async () => {
    await using aws = await startFakeAws(startingBastion());
    const { code, stdout, stderr } = await runEntry('scripts/bastion.ts', ['wake'], { env: aws.env });
    assert.equal(code, 0, stderr);
    assert.deepEqual(capacities(aws.requests), [
      { AutoScalingGroupName: 'stampede-dev-bastion', DesiredCapacity: '1', HonorCooldown: 'false' },
    ]);
    assert.match(stderr, /Waiting for the bastion .*\n {2}no instance yet\n {2}i-0c3333333333333cc is Pending\n/);
    assert.match(stdout, /^The bastion of dev is awake: i-0c3333333333333cc at 127\.0\.0\.1\./);
  });

  it('sets the time at which the bastion stops before it starts, so that a forgotten one stops after an hour', async () => {
    await using aws = await startFakeAws(startingBastion());
    const begin = Date.now();
    const { stdout } = await runEntry('scripts/bastion.ts', ['wake'], { env: aws.env });
    assert.deepEqual(changes(aws.requests, begin), ['stampede-dev-bastion Park 0 in an hour', 'now 1']);
    assert.match(stdout, /It stops at \d\d:\d\d UTC; npm run bastion -- wake gives it another hour\n$/);
  });

  it('gives a running bastion another hour', async () => {
    await using aws = await startFakeAws(stageOnAws({ bastions: () => [BASTION] }));
    const begin = Date.now();
    await runEntry('scripts/bastion.ts', ['wake'], { env: aws.env });
    assert.deepEqual(changes(aws.requests, begin), ['stampede-dev-bastion Park 0 in an hour']);
  });

  it('leaves a running bastion as it is', async () => {
    await using aws = await startFakeAws(stageOnAws({ bastions: () => [BASTION] }));
    const { code } = await runEntry('scripts/bastion.ts', ['wake'], { env: aws.env });
    assert.equal(code, 0);
    assert.deepEqual(capacities(aws.requests), []);
  });

  it('stops the bastion', async () => {
    await using aws = await startFakeAws(stageOnAws());
    const { code, stdout } = await runEntry('scripts/bastion.ts', ['park', '--stage', 'dev'], { env: aws.env });
    assert.equal(code, 0);
    assert.deepEqual(capacities(aws.requests), [
      { AutoScalingGroupName: 'stampede-dev-bastion', DesiredCapacity: '0', HonorCooldown: 'false' },
    ]);
    assert.equal(stdout, 'The bastion of dev is parked\n');
  });

  it('refuses any other word', async () => {
    const { code, stderr } = await runEntry('scripts/bastion.ts', ['sleep']);
    assert.equal(code, 2);
    assert.equal(stderr, "bastion: 'sleep' is not wake or park (see npm run bastion -- --help)\n");
  });
});
