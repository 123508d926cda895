import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { describeGroup } from '../../../../scripts/aws/auto-scaling.ts';
import { prepareFault } from '../../../../scripts/drills/aws/faults/faults.ts';
import type { DrilledStage } from '../../../../scripts/drills/aws/snapshot.ts';
import type { AwsFault } from '../../../../scripts/drills/drill.ts';
import { exampleOutputs } from '../../aws/example-stage.ts';
import { type Answers, queryError, startFakeAws } from '../../aws/fake-aws.ts';
import { rulesOnAws } from '../../aws/security-group-rules.ts';
import { stageOnAws } from '../../aws/stage-on-aws.ts';
import { ec2Answer, queryAnswer } from '../../aws/xml.ts';
import { fakePrograms } from '../../fake-programs.ts';
import { member, snapshotExample } from './snapshot-example.ts';

const outputs = exampleOutputs('dev')['stampede-dev-service'] ?? assert.fail('no outputs');
const stage = {
  stage: 'dev',
  autoScalingGroup: outputs['AutoScalingGroupName'],
  targetGroupArn: outputs['TargetGroupArn'],
} as DrilledStage;

const zoneA = [member('i-0a1111111111111aa', 'eu-west-1a'), member('i-0gone', 'eu-west-1a')];
const fleet = [...zoneA, member('i-0b2222222222222bb', 'eu-west-1b')];

const done = (operation: string) => queryAnswer(operation, {});

/** Runs a test against a fake AWS, with its address and credentials in this process's environment. */
async function onAws(answers: Answers, test: (asked: (operation: string) => unknown[]) => Promise<void>) {
  await using aws = await startFakeAws({ ...stageOnAws(), ...answers });
  Object.assign(process.env, aws.env);
  await test((operation) => aws.requests.filter((one) => one.operation === operation).map(({ params }) => params));
}

const prepared = (fault: AwsFault, choice = {}, before = snapshotExample({ members: fleet })) =>
  prepareFault({ fault }, stage, before, choice) ?? assert.fail('no fault');

describe('a fault', () => {
  const saved = { ...process.env };
  before(() => Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true' }));
  after(() => {
    process.env = saved;
  });

  it('of an instance terminates it by EC2 and is over when another serves in its place', () =>
    onAws({ TerminateInstances: ec2Answer('TerminateInstances', {}) }, async (asked) => {
      const fault = prepared('terminate-instance');
      assert.equal(fault.intent, 'terminate i-0a1111111111111aa in eu-west-1a; its group replaces it');
      assert.deepEqual(asked('TerminateInstances'), []);
      assert.equal(await fault.cause(), 'i-0a1111111111111aa in eu-west-1a terminated');
      assert.deepEqual(asked('TerminateInstances'), [{ 'InstanceId.1': 'i-0a1111111111111aa' }]);
      assert.equal(await fault.isOver(snapshotExample({ members: fleet })), false);
      assert.equal(await fault.isOver(snapshotExample({ members: fleet.slice(1), desired: 3 })), false);
      const replaced = [...fleet.slice(1), member('i-4', 'eu-west-1a')];
      assert.equal(await fault.isOver(snapshotExample({ members: replaced })), true);
      await fault.restore();
    }));

  it('of a zone deregisters its targets, and registers again those that the group still has', () =>
    onAws({ DeregisterTargets: done('DeregisterTargets'), RegisterTargets: done('RegisterTargets') }, async (asked) => {
      const fault = prepared('lose-zone');
      assert.equal(await fault.cause(), 'eu-west-1a lost: i-0a1111111111111aa, i-0gone deregistered');
      assert.deepEqual(asked('DeregisterTargets'), [
        {
          TargetGroupArn: stage.targetGroupArn,
          'Targets.member.1.Id': 'i-0a1111111111111aa',
          'Targets.member.2.Id': 'i-0gone',
        },
      ]);
      assert.equal(await fault.isOver(snapshotExample()), false);
      await fault.restore();
      await fault.restore();
      assert.deepEqual(asked('RegisterTargets'), [
        { TargetGroupArn: stage.targetGroupArn, 'Targets.member.1.Id': 'i-0a1111111111111aa' },
      ]);
      assert.equal(await fault.isOver(snapshotExample()), true);
    }));

  it('of a zone is restored even when causing it failed midway', () =>
    onAws({ RegisterTargets: done('RegisterTargets') }, async (asked) => {
      const fault = prepared('lose-zone');
      await assert.rejects(fault.cause(), /cannot deregister i-0a1111111111111aa, i-0gone: the credentials may not/);
      await fault.restore();
      assert.equal(asked('RegisterTargets').length, 1);
    }));

  it('of a security group closes the port of the load balancer, is named by drift detection, and opens it again', async () => {
    const { answers, rules } = rulesOnAws();
    const original = structuredClone(rules);
    await onAws(answers, async (asked) => {
      const fault = prepared('close-app-port');
      assert.deepEqual(asked('ModifySecurityGroupRules'), []);
      assert.equal(await fault.cause(), 'rule sgr-0001 (Load balancer to app) admits port 1 instead of 8080');
      assert.deepEqual(
        rules.map(({ port }) => port),
        [1, 22, 443],
      );
      const [check] = (await fault.checks?.()) ?? [];
      assert.ok(check?.passed);
      assert.match(
        check.measured,
        /^stampede-dev-network\/FirewallAppfromLoadBalancer8080 .*\/FromPort is 1, expected 8080/,
      );
      assert.equal(await fault.isOver(snapshotExample()), false);
      await fault.restore();
      await fault.restore();
      assert.deepEqual(rules, original);
      assert.equal(asked('ModifySecurityGroupRules').length, 2);
      assert.equal(await fault.isOver(snapshotExample()), true);
    });
  });

  it('of a security group fails its check if drift detection does not name the rule', async () => {
    const { answers } = rulesOnAws();
    const none = queryAnswer('DescribeStackResourceDrifts', { StackResourceDrifts: {} });
    await onAws({ ...answers, DescribeStackResourceDrifts: none }, async () => {
      const fault = prepared('close-app-port');
      await fault.cause();
      const [check] = (await fault.checks?.()) ?? [];
      assert.deepEqual([check?.passed, check?.measured], [false, 'no drift']);
      await fault.restore();
    });
  });

  it('of a security group changes nothing if it is not clear which rule it is', async () => {
    const { answers } = rulesOnAws();
    const none = ec2Answer('DescribeSecurityGroupRules', {});
    await onAws({ ...answers, DescribeSecurityGroupRules: none }, async (asked) => {
      const fault = prepared('close-app-port');
      await assert.rejects(fault.cause(), /^OperatorError: 0 rules of sg-\w+ admit another group to port 8080/);
      await fault.restore();
      assert.deepEqual(asked('ModifySecurityGroupRules'), []);
    });
  });

  it('of a rollout starts an instance refresh, and cancels only its own', () =>
    onAws(
      {
        StartInstanceRefresh: queryAnswer('StartInstanceRefresh', { InstanceRefreshId: '08b91cf7' }),
        CancelInstanceRefresh: queryAnswer('CancelInstanceRefresh', { InstanceRefreshId: '08b91cf7' }),
      },
      async (asked) => {
        const fault = prepared('instance-refresh');
        await fault.restore();
        assert.deepEqual(asked('CancelInstanceRefresh'), []);
        assert.equal(await fault.cause(), 'instance refresh 08b91cf7');
        assert.deepEqual(asked('StartInstanceRefresh'), [
          {
            AutoScalingGroupName: 'stampede-dev-app',
            Strategy: 'Rolling',
            'Preferences.MinHealthyPercentage': '100',
            'Preferences.MaxHealthyPercentage': '150',
            'Preferences.SkipMatching': 'false',
          },
        ]);
        const refresh = { status: 'InProgress', percent: 50, reason: '' };
        assert.equal(await fault.isOver(snapshotExample({ refresh })), false);
        assert.equal(await fault.isOver(snapshotExample({ refresh: { ...refresh, status: 'Successful' } })), true);
        await fault.restore();
        assert.deepEqual(asked('CancelInstanceRefresh'), [{ AutoScalingGroupName: 'stampede-dev-app' }]);
      },
    ));

  describe('of a rollout of another image', () => {
    const template = 'lt-0123456789abcdef0';
    const image = 'ami-0fedcba9876543210';
    /** What the newest refresh is at each look, the last one from then on. */
    const refreshes =
      (...statuses: string[]) =>
      () =>
        queryAnswer('DescribeInstanceRefreshes', {
          InstanceRefreshes: { member: [{ Status: statuses.length > 1 ? statuses.shift() : statuses[0] }] },
        });
    const answers: Answers = {
      CreateLaunchTemplateVersion: ec2Answer('CreateLaunchTemplateVersion', {
        launchTemplateVersion: { launchTemplateId: template, versionNumber: 8 },
      }),
      DeleteLaunchTemplateVersions: ec2Answer('DeleteLaunchTemplateVersions', {}),
      StartInstanceRefresh: queryAnswer('StartInstanceRefresh', { InstanceRefreshId: '08b91cf7' }),
      RollbackInstanceRefresh: queryAnswer('RollbackInstanceRefresh', { InstanceRefreshId: '08b91cf7' }),
      UpdateAutoScalingGroup: done('UpdateAutoScalingGroup'),
    };
    const refreshTo = (version: string) => ({
      AutoScalingGroupName: 'stampede-dev-app',
      Strategy: 'Rolling',
      'Preferences.MinHealthyPercentage': '100',
      'Preferences.MaxHealthyPercentage': '150',
      'Preferences.SkipMatching': 'true',
      'Preferences.AutoRollback': 'true',
      'DesiredConfiguration.LaunchTemplate.LaunchTemplateId': template,
      'DesiredConfiguration.LaunchTemplate.Version': version,
    });
    const deleted = [{ LaunchTemplateId: template, 'LaunchTemplateVersion.1': '8' }];

    it('refreshes to a version of its own, rolls back to the one before, and deletes its own', () =>
      onAws({ ...answers, DescribeInstanceRefreshes: refreshes('Successful') }, async (asked) => {
        const fault = prepared('instance-refresh', { image });
        assert.match(fault.intent, /^roll ami-0fedcba9876543210 out to all 3 instances .* back to version 7 of lt-/);
        await fault.restore();
        assert.equal(await fault.cause(), 'instance refresh 08b91cf7 to ami-0fedcba9876543210');
        const [made] = asked('CreateLaunchTemplateVersion') as Record<string, string>[];
        assert.equal(made?.['SourceVersion'], '7');
        assert.equal(made?.['LaunchTemplateData.ImageId'], image);
        assert.deepEqual(asked('StartInstanceRefresh'), [refreshTo('8')]);
        await fault.restore();
        await fault.restore();
        assert.deepEqual(asked('UpdateAutoScalingGroup'), [
          {
            AutoScalingGroupName: 'stampede-dev-app',
            'LaunchTemplate.LaunchTemplateId': template,
            'LaunchTemplate.Version': '7',
          },
        ]);
        assert.deepEqual(asked('StartInstanceRefresh'), [refreshTo('8'), refreshTo('7')]);
        assert.deepEqual(asked('DeleteLaunchTemplateVersions'), deleted);
      }));

    it('keeps the mixed instances policy of the group', () => {
      const types = ['c7g.medium', 'c8g.medium'].map((InstanceType) => ({ InstanceType }));
      const mixed = {
        AutoScalingGroupName: 'stampede-dev-app',
        MinSize: 3,
        MaxSize: 9,
        DesiredCapacity: 3,
        MixedInstancesPolicy: {
          LaunchTemplate: {
            LaunchTemplateSpecification: { LaunchTemplateId: template, LaunchTemplateName: 'app', Version: '7' },
            Overrides: { member: types },
          },
          InstancesDistribution: { OnDemandAllocationStrategy: 'prioritized' },
        },
      };
      const groups = queryAnswer('DescribeAutoScalingGroups', { AutoScalingGroups: { member: [mixed] } });
      const onItsWay = { DescribeInstanceRefreshes: refreshes('Successful'), DescribeAutoScalingGroups: groups };
      return onAws({ ...answers, ...onItsWay }, async (asked) => {
        const group = await describeGroup('stampede-dev-app');
        const fault = prepared('instance-refresh', { image }, { ...snapshotExample({ members: fleet }), group });
        await fault.cause();
        await fault.restore();
        const policy = (prefix: string, version: string) => ({
          [`${prefix}.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId`]: template,
          [`${prefix}.LaunchTemplate.LaunchTemplateSpecification.Version`]: version,
          [`${prefix}.LaunchTemplate.Overrides.member.1.InstanceType`]: 'c7g.medium',
          [`${prefix}.LaunchTemplate.Overrides.member.2.InstanceType`]: 'c8g.medium',
          [`${prefix}.InstancesDistribution.OnDemandAllocationStrategy`]: 'prioritized',
        });
        const launching = (parameters: unknown) =>
          Object.fromEntries(Object.entries(parameters as object).filter(([name]) => /Launch|Mixed/.test(name)));
        assert.deepEqual(asked('StartInstanceRefresh').map(launching), [
          policy('DesiredConfiguration.MixedInstancesPolicy', '8'),
          policy('DesiredConfiguration.MixedInstancesPolicy', '7'),
        ]);
        assert.deepEqual(asked('UpdateAutoScalingGroup').map(launching), [policy('MixedInstancesPolicy', '7')]);
      });
    });

    it('rolls back what is on its way, waits for it, and needs no second refresh', () => {
      const onItsWay = refreshes('InProgress', 'RollbackInProgress', 'RollbackSuccessful');
      return onAws({ ...answers, DescribeInstanceRefreshes: onItsWay }, async (asked) => {
        const fault = prepared('instance-refresh', { image });
        await fault.cause();
        await fault.restore();
        assert.equal(asked('RollbackInstanceRefresh').length, 1);
        assert.equal(asked('StartInstanceRefresh').length, 1);
        assert.deepEqual(asked('DeleteLaunchTemplateVersions'), deleted);
      });
    });

    it('deletes its version when the refresh does not start', () =>
      onAws(
        { ...answers, StartInstanceRefresh: queryError(400, 'InstanceRefreshInProgress', 'busy') },
        async (asked) => {
          const fault = prepared('instance-refresh', { image });
          await assert.rejects(fault.cause(), /cannot start an instance refresh .*: InstanceRefreshInProgress/);
          await fault.restore();
          assert.deepEqual(asked('DeleteLaunchTemplateVersions'), deleted);
          assert.deepEqual(asked('UpdateAutoScalingGroup'), []);
        },
      ));

    it('ends the drill when AWS rolls it back, and refuses a group that could not roll back', () => {
      const fault = prepared('instance-refresh', { image });
      const over = (status: string) =>
        fault.isOver(snapshotExample({ refresh: { status, percent: 9, reason: 'sick' } }));
      assert.equal(over('InProgress'), false);
      assert.equal(over('Successful'), true);
      assert.throws(
        () => over('RollbackInProgress'),
        /the instance refresh to ami-0fedcba9876543210 is Rollback.*: sick/,
      );
      const latest = snapshotExample({ launches: '$Latest' });
      assert.throws(
        () => prepareFault({ fault: 'instance-refresh' }, stage, latest, { image }),
        /group launches \$Latest: to roll back, expected a numbered version/,
      );
    });
  });

  it('of an FIS experiment starts it by the AWS CLI, and stops it while it runs', async () => {
    await using programs = await fakePrograms({ aws: 0 });
    const status = async (text: string) => {
      const answer = JSON.stringify({ experiment: { id: 'EXP1', state: { status: text, reason: 'no role' } } });
      await writeFile(join(programs.folder, 'answer'), answer);
    };
    const script = `#!/bin/sh\necho "aws $*" >> ${programs.folder}/log\ncat ${programs.folder}/answer\n`;
    await writeFile(join(programs.folder, 'aws'), script);
    process.env['PATH'] = `${programs.folder}${delimiter}${saved['PATH']}`;
    const fault = prepared('lose-zone', { fisTemplate: 'EXT1' });
    await fault.restore();
    assert.deepEqual(await programs.started(), []);
    await status('running');
    assert.equal(await fault.cause(), 'FIS experiment EXP1 of EXT1');
    assert.equal(await fault.isOver(snapshotExample()), false);
    await fault.restore();
    assert.deepEqual(await programs.started(), [
      'aws fis start-experiment --experiment-template-id EXT1 --output json',
      'aws fis get-experiment --id EXP1 --output json',
      'aws fis get-experiment --id EXP1 --output json',
      'aws fis stop-experiment --id EXP1 --output json',
    ]);
    await status('completed');
    assert.equal(await fault.isOver(snapshotExample()), true);
    await fault.restore();
    assert.equal((await programs.started()).filter((line) => line.includes('stop-experiment')).length, 1);
    await status('failed');
    await assert.rejects(async () => fault.isOver(snapshotExample()), /the FIS experiment EXP1 failed: no role/);
  });
});
