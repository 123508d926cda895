import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { machineScript } from '../../../../../scripts/drills/artillery/artillery.ts';
import { expectedCost } from '../../../../../scripts/drills/aws/cost.ts';
import { machinesCommand, machinesEnv } from '../../../../../scripts/drills/aws/machines/command.ts';
import { machineChecks } from '../../../../../scripts/drills/aws/machines/load.ts';
import { intentOf, prepareMachines, requireWholeShares } from '../../../../../scripts/drills/aws/machines/machines.ts';
import { runName } from '../../../../../scripts/drills/aws/machines/names.ts';
import { planDrill } from '../../../../../scripts/drills/aws/plan.ts';
import { ecsOnAws } from '../../../aws/ecs-on-aws.ts';
import { type Answers, startFakeAws } from '../../../aws/fake-aws.ts';
import { ec2Answer } from '../../../aws/xml.ts';

const SUBNET = 'subnet-0a1111111111111aa';
const MACHINES = { count: 4, subnets: [SUBNET, 'subnet-0b2222222222222bb'], securityGroup: undefined };

const plan = planDrill({ drill: 'scale-out', target: 'https://example.org', ratePerS: 200, peakPerS: 4_000 });

describe('the script of several machines', () => {
  it('gives each machine an equal share of the load that the drill names', () => {
    assert.deepEqual(machineScript(plan, 4, 'TOKEN').config.phases, [
      { name: 'steady', duration: 120, arrivalRate: 50 },
      { name: 'rise', duration: 300, arrivalRate: 50, rampTo: 1_000 },
      { name: 'peak', duration: 600, arrivalRate: 1_000 },
      { name: 'fall', duration: 900, arrivalRate: 50 },
    ]);
  });

  it('names no file or package that a machine does not have', () => {
    const { config, after } = machineScript(plan, 4, 'TOKEN');
    assert.equal(config.processor, './hooks.mjs');
    assert.equal('plugins' in config, false);
    assert.deepEqual(after, { flow: [{ function: 'sendAcknowledged' }] });
  });

  it('keeps at most a million ids of a large load', () => {
    assert.equal(machineScript(plan, 4, 'TOKEN').config.variables.keepEvery, 4);
    const light = planDrill({ drill: 'steady', target: 'x', ratePerS: 50, peakPerS: 50 });
    assert.equal(machineScript(light, 2, 'TOKEN').config.variables.keepEvery, 1);
  });

  it('is refused if a machine would have to send a fraction of a request per second', () => {
    requireWholeShares(plan, 8);
    assert.throws(
      () => requireWholeShares(plan, 3),
      /phase 'steady' has 200\/s, which 3 machines cannot share evenly: expected .*, such as 201$/,
    );
  });
});

describe('the command line of several machines', () => {
  const options = {
    artillery: '/a/run',
    scriptFile: 's.json',
    reportFile: 'r.json',
    cluster: 'c',
    region: 'eu-west-1',
  };

  it('starts Fargate tasks by artillery, which reports their periods to the drill', () => {
    const [, ...args] = machinesCommand({ ...options, tokenName: undefined }, MACHINES);
    assert.match(
      args.join(' '),
      /^--import \S+\/scripts\/drills\/artillery\/report-machines\.js \/a\/run run-fargate /,
    );
    assert.match(args.join(' '), / --region eu-west-1 --cluster c --count 4 --cpu 2 --memory 4 --subnet-ids /);
    assert.match(args.join(' '), new RegExp(` --subnet-ids ${SUBNET},subnet-0b2222222222222bb --launch-config `));
    assert.equal(args.at(-1), 's.json');
  });

  it('has the name of the token, not the token, and a security group if one is given', () => {
    const line = machinesCommand({ ...options, tokenName: 'TOKEN' }, { ...MACHINES, securityGroup: 'sg-1' });
    assert.match(line.join(' '), / --security-group-ids sg-1 --secret TOKEN /);
  });

  it('names the run briefly enough for the name of its queue', () => {
    const name = runName(new Date('2026-11-27T08:40:00.123Z'));
    assert.equal(name, 'drill-20261127T084000123Z');
    assert.ok(name.length <= 30);
    assert.equal(machinesEnv(name)['ARTILLERY_TEST_RUN_ID'], name);
  });
});

describe('the price of several machines', () => {
  it('includes tasks, their public addresses and the transfer, for the drill and the longest start', () => {
    const fleet = { region: 'eu-west-1', type: 'c7g.large', desired: 4, max: 10 };
    const [, , , tasks, transfer] = expectedCost(plan, fleet, { machines: 4 });
    // 32 minutes of load and 10 of start; 2 vCPUs at 0.04048, 4 GB at 0.004445, an address at 0.005.
    assert.equal(tasks?.usd.toFixed(4), (4 * (2_520 / 3_600) * (0.08096 + 0.01778 + 0.005)).toFixed(4));
    // 3.234 million requests of 1 KB at 0.01 in both directions.
    assert.equal(transfer?.usd.toFixed(4), (2 * 3.234 * 0.01).toFixed(4));
  });
});

describe('machines', () => {
  const quota = (value: number): Answers => ({ GetServiceQuota: { body: { Quota: { Value: value } } } });
  const subnets = (...ids: string[]): Answers => ({
    DescribeSubnets: ec2Answer('DescribeSubnets', { subnetSet: { item: ids.map((subnetId) => ({ subnetId })) } }),
  });
  const prepare = async (t: TestContext, answers: Answers, given: readonly string[] = []) => {
    await using aws = await startFakeAws(answers);
    t.mock.property(process, 'env', { ...process.env, ...aws.env });
    return await prepareMachines({ stage: 'dev', count: 4, subnets: given, securityGroup: undefined });
  };

  it('run in the default subnets of the region', async (t) => {
    const machines = await prepare(t, { ...quota(8), ...ecsOnAws(0).answers, ...subnets(SUBNET) });
    assert.equal(intentOf(machines), `4 machines (tasks of AWS Fargate, 2 vCPUs and 4 GB each) in ${SUBNET}`);
  });

  it('are refused above the quota of Fargate', async (t) => {
    await assert.rejects(
      prepare(t, { ...quota(6), ...ecsOnAws(0).answers }, [SUBNET]),
      /4 machines use 8 vCPUs of Fargate, and the quota of this account is 6: use at most 3 with --machines/,
    );
  });

  it('are refused without subnets', async (t) => {
    await assert.rejects(
      prepare(t, { ...quota(8), ...ecsOnAws(0).answers, ...subnets() }),
      /this region has no default subnets: name public subnets with --subnet, or run aws ec2 create-default-vpc/,
    );
  });

  it('are refused while those of another drill exist', async (t) => {
    const DescribeClusters = { body: { clusters: [{ clusterName: 'stampede-dev-drill', status: 'ACTIVE' }] } };
    await assert.rejects(
      prepare(t, { ...quota(8), DescribeClusters }, [SUBNET]),
      /the cluster stampede-dev-drill exists: .*: npm run drill -- --clean-up --stage dev$/,
    );
  });

  it('can start after the cluster of an earlier drill was deleted', async (t) => {
    const DescribeClusters = { body: { clusters: [{ clusterName: 'stampede-dev-drill', status: 'INACTIVE' }] } };
    assert.equal((await prepare(t, { ...quota(8), DescribeClusters }, [SUBNET])).count, 4);
  });
});

describe('the checks of several machines', () => {
  const received = { machines: 4, received: 4, ids: 250, acknowledged: 1_000, keepEvery: 4, leftover: undefined };
  const passed = (changed: Partial<typeof received> | { leftover: string }) =>
    machineChecks({ ...received, ...changed }).map((check) => check.passed);

  it('require the ids of every machine, as many as artillery has counted', () => {
    assert.deepEqual(passed({}), [true, true]);
    assert.deepEqual(passed({ received: 3 }), [false, true]);
    assert.deepEqual(passed({ ids: 249 }), [false, true]);
  });

  it('require that all of them are removed', () => {
    assert.deepEqual(passed({ leftover: 'the machines' }), [true, false]);
  });
});
