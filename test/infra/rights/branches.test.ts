import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { arnIn, type Right } from '../../../scripts/rights/account.ts';
import { accountOnAws, writeAssembly } from '../../scripts/account/account-example.ts';
import { BRANCH_CALLS } from '../../scripts/aws/allowed-calls.ts';
import { deletableStages } from '../../scripts/aws/deletable-stage.ts';
import { type Answers, startFakeAws } from '../../scripts/aws/fake-aws.ts';
import { stageOnAws } from '../../scripts/aws/stage-on-aws.ts';
import { queryAnswer } from '../../scripts/aws/xml.ts';
import { fakePrograms } from '../../scripts/fake-programs.ts';
import { runEntry } from '../../scripts/run-entry.ts';
import { synthesize } from '../synthesize.ts';
import { startPolicyProxy } from './policy-proxy.ts';
import { BARE_ACCOUNT, deployedStage, grantedActions, missingRights, PLACE } from './stage-account.ts';

const STAGE = 'pr-123';
const stage = deployedStage(
  'dev',
  synthesize('dev', { githubRepository: 'example/stampede', branchEnvironments: 'true' }),
);
const role = stage.role('BranchRole');
const called = new Set<string>();
const calledBy: Record<string, readonly string[]> = {};

/** Runs an npm command with the rights of the role. */
async function run(command: string, answers: Answers, args: readonly string[], cwd?: string) {
  await using aws = await startFakeAws(answers);
  const { endpoint, recorded } = await startPolicyProxy(aws.env.AWS_ENDPOINT_URL, BARE_ACCOUNT, role);
  const env = { ...aws.env, AWS_ENDPOINT_URL: endpoint };
  const { code, stderr } = await runEntry(`scripts/${command}.ts`, args, { env, ...(cwd && { cwd }) });
  for (const { rights } of recorded) for (const { action } of rights) called.add(action);
  const calls = recorded.map(({ call }) => `${call.service}:${call.operation}`);
  calledBy[command] = [...new Set([...(calledBy[command] ?? []), ...calls])].toSorted();
  const denied = recorded.flatMap(({ missing }) => (missing ? [`${missing.action} on ${missing.resource}`] : []));
  assert.deepEqual(denied, []);
  return { code, stderr };
}

describe('with the rights of the role for branches', () => {
  it('npm run deploy deploys the environment of a branch with the promoted image', async () => {
    await using programs = await fakePrograms({ 'node_modules/.bin/cdk': 0 });
    await writeAssembly(join(programs.folder, 'cdk.out'), STAGE);
    const { GetParameter, ...account } = accountOnAws();
    const answers: Answers = {
      ...stageOnAws({ stage: STAGE, tags: { 'stampede:expires': '2026-11-28T00:00:00Z' } }),
      ...account,
      DescribeStackEvents: queryAnswer('DescribeStackEvents', {}),
      GetParameter: (request) => {
        const isImage = request.params['Name'] === '/stampede/ami/current';
        if (isImage) return { body: { Parameter: { Value: 'ami-0fedcba9876543210' } } };
        return typeof GetParameter === 'function' ? GetParameter(request) : (GetParameter ?? { body: {} });
      },
    };
    const args = ['--stage', STAGE, '--ttl', '8h', '--ami', 'current', '--yes'];
    const { code, stderr } = await run('deploy', answers, args, programs.folder);
    assert.equal(code, 0, stderr);
  });

  it('npm run post records a timestamp, without a token', async () => {
    const server = createServer((_, outgoing) => {
      outgoing.writeHead(201).end(JSON.stringify({ id: 'id1', timestamp: '2026-11-21T07:45:00.123456Z' }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    after(() => server.close().closeAllConnections());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, stderr } = await run('post', stageOnAws({ stage: STAGE, url }), ['--stage', STAGE]);
    assert.equal(code, 0, stderr);
  });

  it('npm run destroy deletes what has expired, with what is in its buckets', async () => {
    const temporary = { retainsData: false, expires: '2026-11-20T16:00:00Z', objects: ['spill/2026-11-26.07/a.json'] };
    const { answers } = deletableStages({ ...temporary, stage: STAGE }, { stage: 'dev' });
    const { code, stderr } = await run('destroy', answers, ['--expired', '--unprotect', '--yes']);
    assert.equal(code, 0, stderr);
  });

  it('npm run destroy reads why a stack cannot be deleted', async () => {
    const { answers } = deletableStages({ retainsData: false, stage: STAGE, failing: 'network' });
    const { stderr } = await run('destroy', answers, ['--stage', STAGE, '--yes']);
    assert.match(stderr, /stampede-pr-123-network cannot be deleted: Vpc/);
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

describe('the calls that tests of the branch workflows accept', () => {
  it('are those that the role was asked for', () => {
    const listed = Object.entries(BRANCH_CALLS).map(([name, calls]) => [name, calls.split(' ')]);
    assert.deepEqual(calledBy, Object.fromEntries(listed));
  });
});

describe('the role for branches', () => {
  it('grants no action that nothing calls', () => {
    assert.ok(called.size > 10, 'the calls above were recorded');
    assert.deepEqual(
      grantedActions(role).filter((action) => !called.has(action)),
      [],
    );
  });

  const FORBIDDEN: Readonly<Record<string, Right>> = {
    'delete a stack of dev': {
      action: 'cloudformation:DeleteStack',
      resource: arnIn(PLACE, 'cloudformation', 'stack/stampede-dev-service/1'),
    },
    'delete a stack whose name only contains that of a branch': {
      action: 'cloudformation:DeleteStack',
      resource: arnIn(PLACE, 'cloudformation', 'stack/other-stampede-pr-1-data/1'),
    },
    'delete objects of dev': { action: 's3:DeleteObject', resource: 'arn:aws:s3:::stampede-dev-data-spill/spill/a' },
    'read the secret of a branch': {
      action: 'secretsmanager:GetSecretValue',
      resource: arnIn(PLACE, 'secretsmanager', 'secret:StageSecret-pr-1-AbCdEf'),
    },
    'promote an image': { action: 'ssm:PutParameter', resource: arnIn(PLACE, 'ssm', 'parameter/stampede/ami/current') },
  };
  for (const [what, right] of Object.entries(FORBIDDEN)) {
    it(`may not ${what}`, async () => {
      assert.equal((await missingRights(stage, role, [right])).length, 1);
    });
  }
});
