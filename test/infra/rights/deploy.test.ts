import assert from 'node:assert/strict';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { z } from 'zod';
import { stackNames } from '../../../infra/contract.ts';
import { arnIn, type Right, type Tags } from '../../../scripts/rights/account.ts';
import { instanceRole } from '../../../scripts/rights/role.ts';
import { GENERATED_SECRET } from '../../../server/contract.ts';
import { accountOnAws, writeAssembly } from '../../scripts/account/account-example.ts';
import { BRANCH_CALLS, PIPELINE_CALLS } from '../../scripts/aws/allowed-calls.ts';
import { DEFAULT_GROUP, defaultGroupOnAws } from '../../scripts/aws/default-security-group.ts';
import { APP_INSTANCES, exampleOutputs, secretArn } from '../../scripts/aws/example-stage.ts';
import { type Answers, type AwsRequest, startFakeAws } from '../../scripts/aws/fake-aws.ts';
import { muteRulesOnAws } from '../../scripts/aws/mute-rules-on-aws.ts';
import { runInstances } from '../../scripts/aws/run-instances.ts';
import { stageOnAws } from '../../scripts/aws/stage-on-aws.ts';
import { ec2Answer, queryAnswer } from '../../scripts/aws/xml.ts';
import { fakePrograms } from '../../scripts/fake-programs.ts';
import { imagesOnAws } from '../../scripts/image/images-on-aws.ts';
import { runEntry } from '../../scripts/run-entry.ts';
import { synthesize, theResource } from '../synthesize.ts';
import { accountWith } from './deployed-account.ts';
import { startPolicyProxy } from './policy-proxy.ts';
import { deployedStage, grantedActions, missingRights, PLACE } from './stage-account.ts';

const STAGE = 'dev';
const LAUNCH_TEMPLATE = exampleOutputs(STAGE)[`stampede-${STAGE}-service`]?.['LaunchTemplateId'] ?? '';
const stacks = synthesize(STAGE, { githubRepository: 'example/stampede' });

/** The reference to the only resource of a type, as templates resolve it. */
function referenceTo(type: string, part: 'network' | 'data' | 'service', attribute = ''): string {
  const [id] = Object.entries(stacks[part].Resources).flatMap(([id, { Type }]) => (Type === type ? [id] : []));
  return `{{${stackNames(STAGE)[part]}/${id}${attribute && `.${attribute}`}}}`;
}

const stage = deployedStage(STAGE, stacks, {
  [referenceTo('AWS::EC2::VPC', 'network', 'DefaultSecurityGroup')]: DEFAULT_GROUP,
  [referenceTo('AWS::EC2::LaunchTemplate', 'service')]: LAUNCH_TEMPLATE,
  [referenceTo('AWS::SecretsManager::Secret', 'data')]: 'StageSecret-dev',
});
const role = stage.role('DeployRole');
const bootTests = new Map<string, Tags>();
const account = accountWith(stage.resources, instanceRole(stage.resources).name, bootTests);

/** Actions that the deploy role was asked for, in this whole file. */
const called = new Set<string>();
/** What each command called itself. */
const calledBy: Record<string, readonly string[]> = {};

/** Runs an npm command with the rights of the deploy role. */
async function run(command: string, answers: Answers, args: readonly string[], cwd?: string) {
  await using aws = await startFakeAws(answers);
  const { endpoint, recorded } = await startPolicyProxy(aws.env.AWS_ENDPOINT_URL, account, role);
  const env = { ...aws.env, AWS_ENDPOINT_URL: endpoint };
  const finished = await runEntry(`scripts/${command}.ts`, args, { env, ...(cwd && { cwd }) });
  for (const { rights } of recorded) for (const { action } of rights) called.add(action);
  calledBy[command] = [...new Set(recorded.map(({ call }) => `${call.service}:${call.operation}`))].toSorted();
  const denied = recorded.flatMap(({ missing }) => (missing ? [`${missing.action} on ${missing.resource}`] : []));
  assert.deepEqual(denied, []);
  return finished;
}

/** A service that requires a token for reading, finds every timestamp, and accepts new ones until it fails. */
async function startService() {
  let posts = 0;
  let hasFailed = false;
  const server = createServer(({ method, url = '', headers }, outgoing) => {
    if (method === 'GET' && headers.authorization === undefined) return outgoing.writeHead(401).end('{}');
    if (hasFailed && method === 'POST') return outgoing.writeHead(503).end('{}');
    const id = method === 'POST' ? `id${posts++}` : url.slice('/app/'.length);
    const body = JSON.stringify({ id, timestamp: '2026-11-21T07:45:00.123456Z' });
    return outgoing.writeHead(method === 'POST' ? 201 : 200).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close().closeAllConnections());
  const fail = () => {
    hasFailed = true;
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, fail };
}

const generated = { [GENERATED_SECRET.key]: 'a'.repeat(GENERATED_SECRET.length) };
const SECRET = { body: { ARN: secretArn(STAGE), SecretString: JSON.stringify(generated) } };

/** A stage whose group replaces a terminated instance. */
function replacingStage(url: string, onTerminate: () => void): Answers {
  const [killed, ...others] = APP_INSTANCES;
  assert.ok(killed);
  const before = stageOnAws({ url });
  const afterwards = stageOnAws({ url, instances: [{ ...killed, id: 'i-0d4444444444444dd' }, ...others] });
  let current = before;
  const follow = (operation: string) => (request: AwsRequest) => {
    const answer = current[operation];
    return typeof answer === 'function' ? answer(request) : (answer ?? { body: {} });
  };
  return {
    ...Object.fromEntries(Object.keys(before).map((operation) => [operation, follow(operation)])),
    DescribeAlarms: ({ params }) => {
      const AlarmActions = ['arn:aws:sns:eu-west-1:111122223333:stampede-dev-pages'];
      const alarm = { AlarmName: `${params['AlarmNamePrefix']}Example`, StateValue: 'OK', AlarmActions };
      return { body: { MetricAlarms: [alarm] } };
    },
    PutAlarmMuteRule: muteRulesOnAws(),
    DeleteAlarmMuteRule: { body: {} },
    GetSecretValue: SECRET,
    DescribeInstanceRefreshes: queryAnswer('DescribeInstanceRefreshes', {}),
    DescribeScalingActivities: queryAnswer('DescribeScalingActivities', {}),
    GetMetricData: { body: { MetricDataResults: [] } },
    TerminateInstances: () => {
      current = afterwards;
      onTerminate();
      return ec2Answer('TerminateInstances', {});
    },
  };
}

describe('with the rights of the deploy role', () => {
  it('npm run promote boots an image and points to it', async () => {
    const image = { id: 'ami-00000002', createdAt: '2026-11-20T00:00:00.000Z' };
    const parameters = { '/stampede/ami/candidate': image.id, '/stampede/ami/current': 'ami-00000001' };
    const launch = runInstances(theResource('AWS::EC2::LaunchTemplate', stacks.service), 'i-0e5555555555555ee');
    const verdict = Buffer.from('stampede boot test: passed\n').toString('base64');
    const { code, stderr } = await run(
      'promote',
      {
        ...stageOnAws(),
        ...imagesOnAws({ images: [image], parameters }),
        RunInstances: (request) => {
          const { params } = request;
          const keys = Object.keys(params).filter((name) => /^TagSpecification\.1\.Tag\.\d+\.Key$/.test(name));
          const tags = keys.map((name) => [params[name], params[name.replace(/Key$/, 'Value')]]);
          bootTests.set('i-0e5555555555555ee', Object.fromEntries(tags));
          return launch(request);
        },
        GetConsoleOutput: ec2Answer('GetConsoleOutput', { output: verdict }),
        TerminateInstances: ec2Answer('TerminateInstances', {}),
      },
      ['--stage', STAGE],
    );
    assert.equal(code, 0, stderr);
  });

  it('npm run deploy deploys, and closes the default security group', async () => {
    await using programs = await fakePrograms({ 'node_modules/.bin/cdk': 0 });
    await writeAssembly(join(programs.folder, 'cdk.out'), STAGE);
    const events = queryAnswer('DescribeStackEvents', {});
    const { answers: group, rules } = defaultGroupOnAws('ingress', 'egress');
    const answers = { ...stageOnAws(), ...accountOnAws(), ...group, DescribeStackEvents: events };
    const { code, stderr } = await run('deploy', answers, ['--stage', STAGE, '--yes'], programs.folder);
    assert.equal(code, 0, stderr);
    assert.deepEqual([...rules], []);
  });

  it('npm run post records a timestamp', async () => {
    const args = ['--stage', STAGE, '--verify'];
    const { url } = await startService();
    const { code, stderr } = await run('post', { ...stageOnAws({ url }), GetSecretValue: SECRET }, args);
    assert.equal(code, 0, stderr);
  });

  it('npm run drill terminates an instance under load', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stampede-drill-'));
    after(() => rm(folder, { recursive: true, force: true }));
    const load = ['--load', 'built-in', '--rate', '1', '--fault-at', '1', '--stop-errors', '1'];
    const args = ['kill-instance', '--stage', STAGE, ...load, '--yes', '--out', folder];
    // The drill stops after the fault, because requests fail from then on.
    const { url, fail } = await startService();
    const { stdout, stderr } = await run('drill', replacingStage(url, fail), args);
    assert.match(stderr, /i-0a1111111111111aa in eu-west-1a terminated[\s\S]*STOP: /);
    assert.match(stdout, /Report: /);
  });

  it('Secrets Manager uses the key of the secret for the caller', async () => {
    const [dataKey] = stage.resources.list('AWS::KMS::Key', z.unknown());
    const resource = arnIn(PLACE, 'kms', `key/${dataKey?.ref}`);
    const context = { 'kms:ViaService': `secretsmanager.${PLACE.region}.amazonaws.com` };
    assert.deepEqual(await missingRights(stage, role, [{ action: 'kms:Decrypt', resource, context }]), []);
    called.add('kms:Decrypt');
  });

  it('cdk deploys through the roles of its bootstrap', async () => {
    const roles = ['deploy', 'file-publishing', 'lookup'].map(
      (name) => `arn:aws:iam::${PLACE.accountId}:role/cdk-hnb659fds-${name}-role-${PLACE.accountId}-${PLACE.region}`,
    );
    const assumed = roles.map((resource): Right => ({ action: 'sts:AssumeRole', resource }));
    assert.deepEqual(await missingRights(stage, role, assumed), []);
    called.add('sts:AssumeRole');
  });
});

describe('the deploy role of a stage in two regions', () => {
  const named = {
    ...{ regions: 'eu-west-1,eu-central-1', githubRepository: 'example/stampede' },
    ...{ domainName: 'stampede.example.org', hostedZoneId: 'Z0123456789', hostedZoneName: 'example.org' },
  };

  it('deploys the other region too', async () => {
    const pair = deployedStage(STAGE, synthesize(STAGE, named));
    const there = { ...PLACE, region: 'eu-central-1' };
    const stack = `stack/${stackNames(STAGE).data}/0a1b2c3d`;
    const needed: Right[] = [
      {
        action: 'sts:AssumeRole',
        resource: `arn:aws:iam::${PLACE.accountId}:role/cdk-hnb659fds-deploy-role-${PLACE.accountId}-${there.region}`,
      },
      { action: 'cloudformation:DescribeStacks', resource: arnIn(there, 'cloudformation', stack) },
      { action: 'ssm:GetParameter', resource: arnIn(there, 'ssm', 'parameter/cdk-bootstrap/hnb659fds/version') },
      { action: 'ec2:DescribeImages', resource: '*' },
    ];
    assert.deepEqual(await missingRights(pair, pair.role('DeployRole'), needed), []);
    assert.equal((await missingRights(stage, role, needed)).length, 3);
  });

  it('is made by the home region only', () => {
    const away = { ...named, region: 'eu-central-1', tableName: 'table', secretArn: secretArn(STAGE) };
    const { operations } = synthesize(STAGE, away);
    assert.deepEqual(
      Object.keys(operations.Resources).filter((id) => /^(Deploy|Bake)Role/.test(id)),
      [],
    );
  });
});

describe('the calls that tests of the commands accept', () => {
  it('are those that the deploy role was asked for', () => {
    const ofRole = Object.entries(PIPELINE_CALLS).filter(([, row]) => row.role === 'DeployRole');
    assert.deepEqual(calledBy, Object.fromEntries(ofRole.map(([name, { calls }]) => [name, calls.split(' ')])));
  });

  it('have a role for each command of the workflows', () => {
    const workflows = globSync('.github/workflows/*.yml').map((file) => readFileSync(file, 'utf8'));
    const commands = workflows.flatMap((text) => [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name));
    assert.deepEqual(
      [...new Set(commands)].toSorted(),
      [...new Set([...Object.keys(PIPELINE_CALLS), ...Object.keys(BRANCH_CALLS)])].toSorted(),
    );
  });
});

describe('the deploy role', () => {
  it('grants no action that nothing calls', () => {
    assert.ok(called.size > 10, 'the calls above were recorded');
    assert.deepEqual(
      grantedActions(role).filter((action) => !called.has(action)),
      [],
    );
  });

  const launch = (type: string, fromTemplate: boolean, template = LAUNCH_TEMPLATE): Right => ({
    action: 'ec2:RunInstances',
    resource: arnIn(PLACE, 'ec2', `${type}/${type}-1`),
    context: {
      'ec2:LaunchTemplate': arnIn(PLACE, 'ec2', `launch-template/${template}`),
      'ec2:IsLaunchTemplateResource': String(fromTemplate),
    },
  });
  const fleetOf = (name: string): Tags => ({ 'aws:ResourceTag/Service': 'stampede', 'aws:ResourceTag/Stage': name });
  const instance = arnIn(PLACE, 'ec2', 'instance/i-0a1111111111111aa');
  const FORBIDDEN: Readonly<Record<string, Right>> = {
    'deploy a stage that has a bootstrap of its own': {
      action: 'sts:AssumeRole',
      resource: `arn:aws:iam::${PLACE.accountId}:role/cdk-stampprod-deploy-role-${PLACE.accountId}-${PLACE.region}`,
    },
    'terminate an instance of another stage': {
      action: 'ec2:TerminateInstances',
      resource: instance,
      context: fleetOf('prod'),
    },
    'tag an instance of another stage as its own': {
      action: 'ec2:CreateTags',
      resource: instance,
      context: { ...fleetOf('prod'), 'aws:RequestTag/Service': 'stampede', 'aws:RequestTag/Stage': STAGE },
    },
    'read the console of an instance of another stage': {
      action: 'ec2:GetConsoleOutput',
      resource: instance,
      context: fleetOf('prod'),
    },
    'remove rules of the security groups that the stage uses': {
      action: 'ec2:RevokeSecurityGroupIngress',
      resource: arnIn(PLACE, 'ec2', 'security-group/sg-0a11a11a11a11a11a'),
    },
    'launch from another launch template': launch('instance', true, 'lt-other'),
    'launch with a security group that the template does not name': launch('security-group', false),
    'launch without a launch template': {
      action: 'ec2:RunInstances',
      resource: arnIn(PLACE, 'ec2', 'instance/i-new'),
      context: { 'ec2:IsLaunchTemplateResource': 'false' },
    },
    'launch an image that is not ours': {
      action: 'ec2:RunInstances',
      resource: `arn:aws:ec2:${PLACE.region}::image/ami-0123456789abcdef0`,
      context: { ...launch('instance', false).context },
    },
    'mute an alarm of another stage': {
      action: 'cloudwatch:PutAlarmMuteRule',
      resource: arnIn(PLACE, 'cloudwatch', 'alarm:stampede-prod-service-UserAlarmsSlow'),
    },
    'pass another role to an instance': {
      action: 'iam:PassRole',
      resource: `arn:aws:iam::${PLACE.accountId}:role/admin`,
      context: { 'iam:PassedToService': 'ec2.amazonaws.com' },
    },
    'read the stacks of another stage': {
      action: 'cloudformation:DescribeStacks',
      resource: arnIn(PLACE, 'cloudformation', 'stack/stampede-prod-data/1'),
    },
  };
  for (const [what, right] of Object.entries(FORBIDDEN)) {
    it(`may not ${what}`, async () => {
      assert.equal((await missingRights(stage, role, [right])).length, 1);
    });
  }
});
