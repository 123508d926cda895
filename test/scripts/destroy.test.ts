import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Answers, type AwsRequest, startFakeAws } from './aws/fake-aws.ts';
import { stageOnAws } from './aws/stage-on-aws.ts';
import { queryAnswer } from './aws/xml.ts';
import { fakePrograms } from './fake-programs.ts';
import { runEntry } from './run-entry.ts';

const TABLE = {
  LogicalResourceId: 'Table',
  ResourceType: 'AWS::DynamoDB::GlobalTable',
  PhysicalResourceId: 'stampede-dev',
};
const TOPIC = { LogicalResourceId: 'Topic', ResourceType: 'AWS::SNS::Topic', PhysicalResourceId: 'a-topic' };

const isData = ({ params }: AwsRequest) => String(params['StackName']).endsWith('-data');

/** The data stack keeps its table; the other stacks keep nothing. */
const contents: Answers = {
  GetTemplate: (request) => {
    const table = { Table: { Type: 'AWS::DynamoDB::GlobalTable', DeletionPolicy: 'Retain' } };
    const resources = { Topic: { Type: 'AWS::SNS::Topic' }, ...(isData(request) && table) };
    return queryAnswer('GetTemplate', { TemplateBody: JSON.stringify({ Resources: resources }) });
  },
  ListStackResources: (request) =>
    queryAnswer('ListStackResources', {
      StackResourceSummaries: { member: isData(request) ? [TABLE, TOPIC] : [TOPIC] },
    }),
};

describe('npm run destroy', () => {
  it('says what is deleted and what is retained, then deletes with the deployed image', async () => {
    await using programs = await fakePrograms({ 'node_modules/.bin/cdk': 0 });
    await using aws = await startFakeAws({ ...stageOnAws(), ...contents });
    const { code, stdout, stderr } = await runEntry('scripts/destroy.ts', ['--yes'], {
      cwd: programs.folder,
      env: aws.env,
    });
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^To be deleted:\n {2}stampede-dev-network\n {2}stampede-dev-data\n {2}stampede-dev-service\nRetained, with the data in it:\n {2}AWS::DynamoDB::GlobalTable {2}stampede-dev\n/,
    );
    assert.deepEqual(await programs.started(), [
      'node_modules/.bin/cdk destroy --all --force -c stage=dev -c amiId=ami-0123456789abcdef0',
    ]);
  });

  it('deletes nothing without a confirmation', async () => {
    await using programs = await fakePrograms({ 'node_modules/.bin/cdk': 0 });
    await using aws = await startFakeAws({ ...stageOnAws(), ...contents });
    const { code, stderr } = await runEntry('scripts/destroy.ts', [], { cwd: programs.folder, env: aws.env });
    assert.equal(code, 1);
    assert.match(stderr, /^destroy: Delete 3 stacks of stage dev\? There is no terminal to ask on: pass --yes/);
    assert.deepEqual(await programs.started(), []);
  });

  it('refuses a protected stage and says how to turn the protection off', async () => {
    await using aws = await startFakeAws({ ...stageOnAws({ stage: 'prod', isProtected: true }), ...contents });
    const { code, stderr } = await runEntry('scripts/destroy.ts', ['--stage', 'prod', '--yes'], { env: aws.env });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /termination protection is on.*npm run deploy -- --stage prod --set loadBalancerProtection=false\n$/,
    );
  });

  it('has nothing to do for a stage that is not deployed', async () => {
    await using aws = await startFakeAws(stageOnAws());
    const { code, stderr } = await runEntry('scripts/destroy.ts', ['--stage', 'other', '--yes'], { env: aws.env });
    assert.equal(code, 1);
    assert.match(stderr, /^destroy: stage other is not deployed in this account and region: nothing to destroy/);
  });
});
