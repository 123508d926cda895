import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { zoneNamed } from '../../scripts/stage/zone.ts';
import { exampleOutputs } from './aws/example-stage.ts';
import { type Answers, startFakeAws } from './aws/fake-aws.ts';
import { stageOnAws } from './aws/stage-on-aws.ts';
import { ec2Answer, queryAnswer } from './aws/xml.ts';
import { fakePrograms } from './fake-programs.ts';
import { runEntry } from './run-entry.ts';
import type { ShiftState } from './zonal-shift-cli.ts';

const balancer = exampleOutputs('dev')['stampede-dev-service']?.['LoadBalancerArn'] ?? assert.fail('no load balancer');
const group = 'arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1f:autoScalingGroupName/stampede-dev-app';
const zones = { 'eu-west-1a': 'euw1-az2', 'eu-west-1b': 'euw1-az3' };

const onStage: Answers = {
  ...stageOnAws(),
  DescribeLoadBalancers: queryAnswer('DescribeLoadBalancers', {
    LoadBalancers: {
      member: [{ AvailabilityZones: { member: Object.keys(zones).map((ZoneName) => ({ ZoneName })) } }],
    },
  }),
  DescribeAutoScalingGroups: queryAnswer('DescribeAutoScalingGroups', {
    AutoScalingGroups: { member: [{ AutoScalingGroupName: 'stampede-dev-app', AutoScalingGroupARN: group }] },
  }),
  DescribeAvailabilityZones: ec2Answer('DescribeAvailabilityZones', {
    availabilityZoneInfo: { item: Object.entries(zones).map(([zoneName, zoneId]) => ({ zoneName, zoneId })) },
  }),
};

/** An account with zonal shifts, in which the command runs several times. */
async function openAccount(resources = [balancer, group]) {
  const cli = join(import.meta.dirname, 'zonal-shift-cli.ts');
  const programs = await fakePrograms({ aws: `exec ${process.execPath} ${cli} "$(dirname "$0")/state" "$@"` });
  const file = join(programs.folder, 'state');
  const state: ShiftState = { resources, zoneIds: Object.values(zones), shifts: [] };
  await writeFile(file, JSON.stringify(state));
  const aws = await startFakeAws(onStage);
  return {
    run: (...args: string[]) =>
      runEntry('scripts/zone.ts', args, { env: { ...aws.env, PATH: `${programs.folder}:/usr/bin:/bin` } }),
    /** Every shift as `resource away from zone: status`. */
    shifts: async () =>
      (JSON.parse(await readFile(file, 'utf8')) as ShiftState).shifts.map(
        ({ resourceIdentifier, awayFrom, status }) =>
          `${resourceIdentifier === group ? 'group' : 'load balancer'} away from ${awayFrom}: ${status}`,
      ),
    async [Symbol.asyncDispose]() {
      await aws[Symbol.asyncDispose]();
      await programs[Symbol.asyncDispose]();
    },
  };
}

describe('npm run zone', () => {
  it('shifts load balancer and group away from a zone, shows it, and restores it', async () => {
    await using account = await openAccount();
    const shifted = await account.run('shift', '--zone', 'b', '--for', '90m');
    assert.equal(shifted.code, 0, shifted.stderr);
    assert.match(shifted.stdout, /^dev leaves eu-west-1b until \d{4}-\d\d-\d\d \d\d:\d\d UTC\. Earlier: npm run zone/);
    assert.deepEqual(await account.shifts(), [
      'load balancer away from euw1-az3: ACTIVE',
      'group away from euw1-az3: ACTIVE',
    ]);

    const listed = (await account.run('list')).stdout.replaceAll(/ +/g, ' ');
    assert.match(listed, /^Zones eu-west-1a \(euw1-az2\), eu-west-1b \(euw1-az3\)/);
    assert.match(listed, /\nload balancer away from eu-west-1b until .* UTC\nAuto Scaling group away from eu-west-1b /);

    assert.equal((await account.run('restore')).stdout, 'dev uses eu-west-1b again\n');
    assert.deepEqual(await account.shifts(), [
      'load balancer away from euw1-az3: CANCELED',
      'group away from euw1-az3: CANCELED',
    ]);
    assert.equal((await account.run('restore')).stdout, 'dev uses all its zones\n');
  });

  it('renews a shift instead of starting a second one, and does not leave a second zone', async () => {
    await using account = await openAccount();
    await account.run('shift', '--zone', 'a', '--for', '1h');
    const renewed = await account.run('shift', '--zone', 'a', '--for', '72h');
    assert.equal(renewed.code, 0, renewed.stderr);
    assert.match(renewed.stderr, /update-zonal-shift --zonal-shift-id shift-1 --expires-in 72h/);
    const { code, stderr } = await account.run('shift', '--zone', 'b');
    assert.equal(code, 1);
    assert.match(stderr, /the load balancer is shifted away from eu-west-1a already, .* npm run zone -- restore/);
    assert.equal((await account.shifts()).length, 2);
  });

  it('shifts the resources with zonal shift enabled, and shows why AWS refuses the others', async () => {
    await using account = await openAccount([balancer]);
    const { code, stderr } = await account.run('shift', '--zone', 'b');
    assert.equal(code, 1);
    assert.match(stderr, /ResourceNotFoundException.*autoScalingGroup.* is not enabled for zonal shift/);
    assert.deepEqual(await account.shifts(), ['load balancer away from euw1-az3: ACTIVE']);
  });

  it('refuses a zone in which the stage is not', () => {
    const found = Object.entries(zones).map(([name, id]) => ({ name, id }));
    const stage = { stage: 'dev', zones: found, resources: [] };
    assert.throws(() => zoneNamed(stage, 'c'), /--zone is 'c', but the zones of dev are a, b/);
  });

  const misused: readonly [args: readonly string[], message: RegExp][] = [
    [['shift'], /shift needs --zone <letter>/],
    [['shift', '--zone', 'b', '--for', '73h'], /--for is '73h': expected minutes or hours up to three days/],
  ];

  for (const [args, message] of misused) {
    it(`refuses ${args.join(' ')}`, async () => {
      const { code, stderr } = await runEntry('scripts/zone.ts', args);
      assert.equal(code, 2);
      assert.match(stderr, message);
    });
  }
});
