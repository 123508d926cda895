import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { accountOnAws, writeAssembly } from './account/account-example.ts';
import { DEFAULT_GROUP, defaultGroupOnAws } from './aws/default-security-group.ts';
import { APP_INSTANCES } from './aws/example-stage.ts';
import { startFakeAws } from './aws/fake-aws.ts';
import { stageOnAws } from './aws/stage-on-aws.ts';
import { queryAnswer } from './aws/xml.ts';
import { fakePrograms } from './fake-programs.ts';
import { runEntry } from './run-entry.ts';

const SYNTH = 'node_modules/.bin/cdk synth --quiet --output cdk.out -c stage=dev';

/** A cdk that ends with a code, in a folder where it has synthesised the example stage. */
async function cdk(code: number | string = 0, region?: string) {
  const programs = await fakePrograms({ 'node_modules/.bin/cdk': code });
  await writeAssembly(join(programs.folder, 'cdk.out'), 'dev', region);
  return programs;
}

/** Events of a stack, the newest first: the stack itself, or a resource by its logical id. */
function stackEvents(...events: [{ type: string; id: string } | string, string, string?][]) {
  const member = events.map(([resource, ResourceStatus, ResourceStatusReason], index) => {
    const { type, id } = typeof resource === 'string' ? { type: 'AWS::EC2::Thing', id: resource } : resource;
    const StackId = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/stampede-dev-service/1';
    return {
      EventId: `${events.length - index} of ${events.length}`,
      StackId,
      StackName: 'stampede-dev-service',
      LogicalResourceId: id,
      PhysicalResourceId: typeof resource === 'string' ? id : StackId,
      ResourceType: type,
      ResourceStatus,
      ResourceStatusReason,
      Timestamp: '2026-11-26T12:00:00.000Z',
    };
  });
  return queryAnswer('DescribeStackEvents', { StackEvents: { member } });
}

describe('npm run deploy', () => {
  it('runs cdk, waits until the fleet is healthy, and says where the stage answers', async () => {
    await using programs = await cdk();
    await using aws = await startFakeAws({ ...stageOnAws(), ...accountOnAws() });
    const { code, stdout, stderr } = await runEntry('scripts/deploy.ts', ['--yes'], {
      cwd: programs.folder,
      env: aws.env,
    });
    assert.equal(code, 0, stderr);
    assert.deepEqual(await programs.started(), [
      SYNTH,
      'node_modules/.bin/cdk deploy --all --require-approval never --app cdk.out',
    ]);
    assert.match(stderr, /^\$ node_modules\/\.bin\/cdk synth/);
    assert.match(
      stderr,
      /Waiting for a healthy fleet behind http:\/\/stampede\.example\.org .*\n {2}2 of 2 instances healthy/,
    );
    assert.match(stdout, /^Stage dev answers at http:\/\/stampede\.example\.org\n/);
  });

  it('removes the rules of the default security group of the VPC, and says so', async () => {
    await using programs = await cdk();
    const { answers, rules } = defaultGroupOnAws('ingress', 'egress');
    await using aws = await startFakeAws({ ...stageOnAws(), ...accountOnAws(), ...answers });
    const { code, stderr } = await runEntry('scripts/deploy.ts', ['--yes'], { cwd: programs.folder, env: aws.env });
    assert.equal(code, 0, stderr);
    assert.deepEqual([...rules], []);
    assert.match(
      stderr,
      new RegExp(`\nRemoved the rules of the default security group ${DEFAULT_GROUP} \\(1 in, 1 out\\)\n`),
    );
  });

  it('removes what is left of these rules, and only that', async () => {
    await using programs = await cdk();
    const { answers, rules } = defaultGroupOnAws('egress');
    await using aws = await startFakeAws({ ...stageOnAws(), ...accountOnAws(), ...answers });
    const { code, stderr } = await runEntry('scripts/deploy.ts', ['--yes'], { cwd: programs.folder, env: aws.env });
    assert.equal(code, 0, stderr);
    assert.deepEqual([...rules], []);
    assert.ok(!aws.requests.some(({ operation }) => operation === 'RevokeSecurityGroupIngress'));
  });

  it('says nothing of a default security group without rules, and leaves it', async () => {
    await using programs = await cdk();
    await using aws = await startFakeAws({ ...stageOnAws(), ...accountOnAws() });
    const { code, stderr } = await runEntry('scripts/deploy.ts', ['--yes'], { cwd: programs.folder, env: aws.env });
    assert.equal(code, 0, stderr);
    const operations = aws.requests.map(({ operation }) => operation);
    assert.ok(operations.includes('DescribeSecurityGroups'));
    assert.ok(!operations.some((operation) => operation.startsWith('Revoke')));
    assert.doesNotMatch(stderr, /default security group/);
  });

  it('fails when it may not remove these rules, after the fleet is healthy', async () => {
    await using programs = await cdk();
    const { answers } = defaultGroupOnAws('ingress', 'egress');
    const { RevokeSecurityGroupIngress: _, ...refused } = { ...stageOnAws(), ...accountOnAws(), ...answers };
    await using aws = await startFakeAws(refused);
    const { code, stderr } = await runEntry('scripts/deploy.ts', ['--yes'], { cwd: programs.folder, env: aws.env });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /2 of 2 instances healthy\n[\s\S]*deploy: cannot remove the inbound rules of the default security group sg-\w+: the credentials may not do this/,
    );
  });

  it('fails with the deadline and what it saw when the fleet does not become healthy', async () => {
    await using programs = await cdk();
    const [first, second] = APP_INSTANCES;
    assert.ok(first && second);
    await using aws = await startFakeAws({
      ...stageOnAws({ instances: [first, { ...second, target: 'unhealthy' }] }),
      ...accountOnAws(),
    });
    const { code, stderr } = await runEntry('scripts/deploy.ts', ['--wait-seconds', '1'], {
      cwd: programs.folder,
      env: aws.env,
    });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /\ndeploy: waited 1 s for a healthy fleet behind \S+; last seen: 1 of 2 instances healthy\. See npm run status -- --stage dev .*\n$/,
    );
  });

  it('checks first what the account lacks, and changes nothing when something is missing', async () => {
    await using programs = await cdk();
    await using aws = await startFakeAws({ ...stageOnAws(), ...accountOnAws({ bootstrapVersion: '3', vcpuQuota: 5 }) });
    const { code, stderr } = await runEntry('scripts/deploy.ts', ['--yes'], { cwd: programs.folder, env: aws.env });
    assert.equal(code, 1);
    assert.deepEqual(await programs.started(), [SYNTH]);
    assert.match(
      stderr,
      /\nWhat stage dev requires of its account in eu-west-1:\n {2}missing {2}cdk bootstrap: version 3, 6 or later .*\n/,
    );
    assert.match(stderr, /\n {2}ok {7}image ami-0123: available, for arm64\n {2}missing {2}vCPUs: 5 of the quota of 5/);
    assert.match(stderr, /\ndeploy: 2 requirements are missing, see above\. Nothing was changed; --skip-checks/);
  });

  it('skips the checks on request', async () => {
    await using programs = await cdk();
    await using aws = await startFakeAws({ ...stageOnAws(), ...accountOnAws({ vcpuQuota: 5 }) });
    const args = ['--yes', '--skip-checks'];
    const { code, stderr } = await runEntry('scripts/deploy.ts', args, { cwd: programs.folder, env: aws.env });
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /vCPU/);
  });

  it('uses the region of the stage, and refuses an AWS_REGION that disagrees', async () => {
    await using programs = await cdk(0, 'us-east-1');
    await using aws = await startFakeAws({ ...stageOnAws(), ...accountOnAws() });
    const { code, stderr } = await runEntry('scripts/deploy.ts', ['--yes'], { cwd: programs.folder, env: aws.env });
    assert.equal(code, 1);
    assert.match(stderr, /\ndeploy: the region of stage dev is us-east-1, but AWS_REGION or the profile is eu-west-1/);
    const args = ['--yes', '--skip-checks'];
    const env = { ...aws.env, AWS_REGION: undefined };
    const unset = await runEntry('scripts/deploy.ts', args, { cwd: programs.folder, env });
    assert.equal(unset.code, 0, unset.stderr);
  });

  for (const [status, remedy] of [
    [
      'UPDATE_IN_PROGRESS',
      /or return to what was deployed before: aws cloudformation cancel-update-stack --stack-name/,
    ],
    ['UPDATE_ROLLBACK_FAILED', /continue its rollback: aws cloudformation continue-update-rollback --stack-name/],
    ['UPDATE_ROLLBACK_IN_PROGRESS', /: wait until it has ended\n$/],
  ] as const) {
    it(`changes nothing while a stack is ${status}, and says what to do`, async () => {
      await using programs = await cdk();
      await using aws = await startFakeAws({ ...stageOnAws({ status }), ...accountOnAws() });
      const { code, stderr } = await runEntry('scripts/deploy.ts', ['--yes'], { cwd: programs.folder, env: aws.env });
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`\\ndeploy: the stack stampede-dev-\\w+ is ${status}: `));
      assert.match(stderr, remedy);
      assert.deepEqual(await programs.started(), [SYNTH]);
    });
  }

  for (const status of ['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED']) {
    const start = async (isProtected: boolean, failed: string) => {
      await using programs = await cdk();
      const answers = { ...stageOnAws(), ...accountOnAws() };
      const { DescribeStacks: others } = answers;
      assert.ok(typeof others === 'function');
      const stack = {
        StackId: `arn:aws:cloudformation:eu-west-1:111122223333:stack/${failed}/1`,
        StackName: failed,
        StackStatus: status,
        CreationTime: '2026-11-20T08:00:00.000Z',
        EnableTerminationProtection: isProtected,
        Outputs: { member: [] },
      };
      await using aws = await startFakeAws({
        ...answers,
        DescribeStacks: (request) =>
          request.params['StackName'] === failed
            ? queryAnswer('DescribeStacks', { Stacks: { member: [stack] } })
            : others(request),
      });
      const finished = await runEntry('scripts/deploy.ts', ['--yes'], { cwd: programs.folder, env: aws.env });
      return { ...finished, started: await programs.started() };
    };

    it(`names what deletes a protected stack that is ${status}, because cdk cannot`, async () => {
      const { code, stderr, started } = await start(true, 'stampede-dev-service');
      assert.equal(code, 1);
      assert.match(
        stderr,
        new RegExp(
          `\\ndeploy: the stack stampede-dev-service is ${status}: its first creation failed, and cdk cannot delete it ` +
            'while it is protected: npm run destroy -- --stage dev --unprotect --keep-data\\n$',
        ),
      );
      assert.deepEqual(started, [SYNTH]);
    });

    it(`does not keep the data stack when that is the one that is ${status}`, async () => {
      const { stderr } = await start(true, 'stampede-dev-data');
      assert.match(stderr, /: npm run destroy -- --stage dev --unprotect\n$/);
    });

    it(`does not destroy a running service because the operations stack is ${status}`, async () => {
      const { stderr } = await start(true, 'stampede-dev-operations');
      assert.match(
        stderr,
        /: aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name stampede-dev-operations\n$/,
      );
    });

    it(`lets cdk delete a stack that is ${status} and not protected`, async () => {
      const { code, stderr } = await start(false, 'stampede-dev-operations');
      assert.equal(code, 0, stderr);
    });
  }

  it("shows CloudFormation's first reason when the deployment fails", async () => {
    const own = { type: 'AWS::CloudFormation::Stack', id: 'stampede-dev-service' };
    const old = stackEvents(['Fleet', 'CREATE_FAILED', 'an older operation'], [own, 'CREATE_IN_PROGRESS']);
    const failed = stackEvents(
      [own, 'UPDATE_ROLLBACK_IN_PROGRESS', 'The following resource(s) failed to update: [Fleet].'],
      ['Listener', 'UPDATE_FAILED', 'Resource update cancelled'],
      ['Fleet', 'UPDATE_FAILED', 'Instance refresh failed: 1 alarm is in ALARM'],
      [own, 'UPDATE_IN_PROGRESS', 'User Initiated'],
    );
    await using programs = await cdk('[ "$1" != deploy ]');
    let looks = 0;
    await using aws = await startFakeAws({
      ...stageOnAws(),
      ...accountOnAws(),
      DescribeStackEvents: ({ params }) => {
        if (params['StackName'] !== 'stampede-dev-service') return old;
        return looks++ === 0 ? old : failed;
      },
    });
    const { code, stderr } = await runEntry('scripts/deploy.ts', ['--yes'], { cwd: programs.folder, env: aws.env });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /\ndeploy: stampede-dev-service failed: Fleet \(AWS::EC2::Thing\) is UPDATE_FAILED: Instance refresh failed: 1 alarm is in ALARM\n$/,
    );
  });

  it("keeps cdk's failure when CloudFormation has no newer operation", async () => {
    await using programs = await cdk('[ "$1" != deploy ]');
    const old = stackEvents(['Fleet', 'CREATE_FAILED', 'an older operation']);
    await using aws = await startFakeAws({ ...stageOnAws(), ...accountOnAws(), DescribeStackEvents: old });
    const { stderr } = await runEntry('scripts/deploy.ts', ['--yes'], { cwd: programs.folder, env: aws.env });
    assert.match(stderr, /\ndeploy: node_modules\/\.bin\/cdk exited with 1; its own message is above/);
  });

  it('stops when cdk fails, and calls no AWS API', async () => {
    await using programs = await cdk(1);
    await using aws = await startFakeAws({ ...stageOnAws(), ...accountOnAws() });
    const { code, stderr } = await runEntry('scripts/deploy.ts', [], { cwd: programs.folder, env: aws.env });
    assert.equal(code, 1);
    assert.match(stderr, /\ndeploy: node_modules\/\.bin\/cdk exited with 1; its own message is above\./);
    assert.deepEqual(aws.requests, []);
  });

  it('only prints in a dry run', async () => {
    const { code, stdout, stderr } = await runEntry('scripts/deploy.ts', [
      '--dry-run',
      '--stage',
      'prod',
      '--set',
      'nat=single',
    ]);
    assert.equal(code, 0);
    assert.equal(stdout, '');
    assert.equal(
      stderr,
      '$ node_modules/.bin/cdk synth --quiet --output cdk.out -c stage=prod -c nat=single\n' +
        '$ node_modules/.bin/cdk deploy --all --require-approval broadening --app cdk.out\n',
    );
  });

  it('passes the end of a temporary stage to its stacks', async () => {
    const args = ['--dry-run', '--stage', 'pr-123', '--ttl', '8h'];
    const { code, stderr } = await runEntry('scripts/deploy.ts', args);
    assert.equal(code, 0);
    const [, expires = ''] = /^\$ .* -c stage=pr-123 -c expires=(\S+)\n/.exec(stderr) ?? [];
    const hours = (Date.parse(expires) - Date.now()) / 3_600_000;
    assert.ok(hours > 7 && hours <= 8, stderr);
  });

  it('refuses an end for a stage that is deployed without one', async () => {
    await using programs = await cdk();
    await using aws = await startFakeAws({ ...stageOnAws(), ...accountOnAws() });
    const options = { cwd: programs.folder, env: aws.env };
    const { code, stderr } = await runEntry('scripts/deploy.ts', ['--yes', '--ttl', '8h'], options);
    assert.equal(code, 1);
    assert.match(stderr, /\ndeploy: stage dev is not temporary: stampede-dev-\w+ has no tag stampede:expires\. /);
    assert.deepEqual(
      (await programs.started()).filter((line) => line.includes(' deploy ')),
      [],
    );
  });

  it('lets the end of a temporary stage be extended', async () => {
    await using programs = await cdk();
    const example = stageOnAws({ tags: { 'stampede:expires': '2026-11-27T12:00:00Z' } });
    await using aws = await startFakeAws({ ...example, ...accountOnAws() });
    const options = { cwd: programs.folder, env: aws.env };
    const { code, stderr } = await runEntry('scripts/deploy.ts', ['--yes', '--ttl', '8h'], options);
    assert.equal(code, 0, stderr);
  });

  it('refuses the environment of a branch without an end', async () => {
    const { code, stderr } = await runEntry('scripts/deploy.ts', ['--dry-run', '--stage', 'pr-123']);
    assert.equal(code, 2);
    assert.match(stderr, /^deploy: --stage is 'pr-123', the environment of a branch: expected --ttl too/);
  });

  it('launches the promoted image with --ami current, which stages share', async () => {
    await using programs = await cdk();
    const parameter = { body: { Parameter: { Name: '/stampede/ami/current', Value: 'ami-0fedcba9876543210' } } };
    const { GetParameter: version } = accountOnAws();
    await using aws = await startFakeAws({
      ...stageOnAws(),
      ...accountOnAws(),
      GetParameter: (request) => {
        if (request.params['Name'] === '/stampede/ami/current') return parameter;
        return typeof version === 'function' ? version(request) : (version ?? { body: {} });
      },
    });
    const args = ['--yes', '--ami', 'current'];
    const { code, stderr } = await runEntry('scripts/deploy.ts', args, { cwd: programs.folder, env: aws.env });
    assert.equal(code, 0, stderr);
    assert.equal((await programs.started())[0], `${SYNTH} -c amiId=ami-0fedcba9876543210`);
  });

  it('deploys all stacks and lets cdk ask before permissions widen', async () => {
    const { stderr } = await runEntry('scripts/deploy.ts', ['--dry-run']);
    assert.match(stderr, /\n\$ node_modules\/\.bin\/cdk deploy --all --require-approval broadening --app cdk\.out\n$/);
  });

  it('deploys without a question once approved', async () => {
    const { stderr } = await runEntry('scripts/deploy.ts', ['--dry-run', '--yes']);
    assert.match(stderr, /--require-approval never/);
  });

  it('refuses a wrong stage before it starts anything', async () => {
    const { code, stderr } = await runEntry('scripts/deploy.ts', ['--stage', 'PROD']);
    assert.equal(code, 2);
    assert.match(stderr, /^deploy: --stage is 'PROD': expected .* \(see npm run deploy -- --help\)\n$/);
  });
});

describe('npm run plan', () => {
  it('checks the account, and compares what the settings of this deployment synthesise', async () => {
    await using programs = await cdk();
    await using aws = await startFakeAws({ ...stageOnAws(), ...accountOnAws({ vcpuQuota: 5 }) });
    const args = ['--ami', 'ami-0123456789abcdef0'];
    const { code, stderr } = await runEntry('scripts/plan.ts', args, { cwd: programs.folder, env: aws.env });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /\n {2}missing {2}vCPUs: 5 of the quota of 5 are free/);
    assert.deepEqual(await programs.started(), [
      `${SYNTH} -c amiId=ami-0123456789abcdef0`,
      'node_modules/.bin/cdk diff --app cdk.out',
    ]);
  });

  it('shows with --drift what was changed outside of CloudFormation', async () => {
    await using programs = await cdk();
    const service = (params: Readonly<Record<string, unknown>>) => params['StackName'] === 'stampede-dev-service';
    const drifted = {
      StackId: 'arn',
      LogicalResourceId: 'Listener',
      ResourceType: 'AWS::ElasticLoadBalancingV2::Listener',
      StackResourceDriftStatus: 'MODIFIED',
      Timestamp: '2026-11-26T12:00:00.000Z',
      PropertyDifferences: {
        member: [{ PropertyPath: '/Port', ExpectedValue: '80', ActualValue: '8080', DifferenceType: 'NOT_EQUAL' }],
      },
    };
    let looks = 0;
    await using aws = await startFakeAws({
      ...stageOnAws(),
      ...accountOnAws(),
      DetectStackDrift: queryAnswer('DetectStackDrift', { StackDriftDetectionId: 'd-1' }),
      DescribeStackDriftDetectionStatus: () => {
        const DetectionStatus = looks++ === 0 ? 'DETECTION_IN_PROGRESS' : 'DETECTION_COMPLETE';
        const known = { StackId: 'arn', StackDriftDetectionId: 'd-1', Timestamp: '2026-11-26T12:00:00.000Z' };
        return queryAnswer('DescribeStackDriftDetectionStatus', { ...known, DetectionStatus });
      },
      DescribeStackResourceDrifts: ({ params }) => {
        const member = service(params) ? [drifted] : [];
        return queryAnswer('DescribeStackResourceDrifts', { StackResourceDrifts: { member } });
      },
    });
    const { code, stdout, stderr } = await runEntry('scripts/plan.ts', ['--drift'], {
      cwd: programs.folder,
      env: aws.env,
    });
    assert.equal(code, 0, stderr);
    assert.equal(
      stdout,
      'Drift:\n  stampede-dev-service/Listener (AWS::ElasticLoadBalancingV2::Listener) is MODIFIED: ' +
        '/Port is 8080, expected 80\n',
    );
  });
});
