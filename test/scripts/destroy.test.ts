import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Deletable, deletableStage, deletableStages } from './aws/deletable-stage.ts';
import { type Answers, queryError, startFakeAws } from './aws/fake-aws.ts';
import { fakePrograms } from './fake-programs.ts';
import { type EntryOptions, runEntry } from './run-entry.ts';

async function destroy(example: Deletable, args: readonly string[], env: EntryOptions['env'] = {}) {
  const { answers, deleted } = deletableStage(example);
  await using aws = await startFakeAws(answers);
  const finished = await runEntry('scripts/destroy.ts', args, { env: { ...aws.env, ...env } });
  const operations = aws.requests.map(({ operation }) => operation);
  return { ...finished, deleted, changes: operations.filter((name) => !/^(Describe|List|Get)/.test(name)) };
}

// The tests wait most of their time, as the deletions do.
describe('npm run destroy', { concurrency: 4 }, () => {
  it('deletes each stack before those that it imports from, and checks that they are gone', async () => {
    const { code, stdout, stderr, deleted } = await destroy({}, ['--yes']);
    assert.equal(code, 0, stderr);
    assert.deepEqual(deleted, ['operations', 'service', 'network', 'data']);
    assert.match(
      stderr,
      /Waiting for the deletion of stampede-dev-service .*\n {2}DELETE_IN_PROGRESS, 2 resources left/,
    );
    assert.match(stdout, /\nStage dev is deleted in eu-west-1: none of its stacks is left\nStill billed: /);
  });

  it('says what is deleted, and what is retained and still billed', async () => {
    const { stdout } = await destroy({}, ['--dry-run']);
    assert.equal(
      stdout,
      `To be deleted in eu-west-1:
  stampede-dev-operations
  stampede-dev-service
  stampede-dev-network
  stampede-dev-data
Retained, and billed until you delete it:
  AWS::DynamoDB::GlobalTable  stampede-dev                   storage and point-in-time recovery, per GB
  AWS::S3::Bucket             stampede-dev-data-spillbucket  its objects, per GB; logs expire, spilled blocks do not
`,
    );
  });

  it('needs no image and no setting of the deployment, and starts no cdk', async () => {
    await using programs = await fakePrograms({ 'node_modules/.bin/cdk': 1 });
    const { answers, deleted } = deletableStage({ stage: 'prod' });
    await using aws = await startFakeAws(answers);
    const args = ['--stage', 'prod', '--yes'];
    const { code, stderr } = await runEntry('scripts/destroy.ts', args, { cwd: programs.folder, env: aws.env });
    assert.equal(code, 0, stderr);
    assert.equal(deleted.length, 4);
    assert.deepEqual(await programs.started(), []);
  });

  it('changes nothing in a dry run, and without a confirmation', async () => {
    assert.deepEqual((await destroy({}, ['--dry-run'])).changes, []);
    const { code, stderr, changes } = await destroy({}, []);
    assert.equal(code, 1);
    assert.match(stderr, /^destroy: Delete 4 stacks of stage dev in eu-west-1\? There is no terminal to ask on/);
    assert.deepEqual(changes, []);
  });

  it('refuses a protected stage and names everything that is protected', async () => {
    const { code, stderr, changes } = await destroy({ stage: 'prod', isProtected: true }, ['--stage', 'prod', '--yes']);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^destroy: the stack stampede-prod-operations, .*the load balancer arn:\S+, the Auto Scaling group stampede-dev-app, .*pass --unprotect/,
    );
    assert.deepEqual(changes, []);
  });

  it('ends the protection first with --unprotect', async () => {
    const args = ['--stage', 'prod', '--unprotect', '--yes'];
    const { code, stderr, deleted } = await destroy({ stage: 'prod', isProtected: true }, args);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^Ending the protection of the stack stampede-prod-operations\n/);
    assert.deepEqual(deleted, ['operations', 'service', 'network', 'data']);
  });

  it('keeps the data stack and its protection with --keep-data, and says that it is billed', async () => {
    const args = ['--stage', 'prod', '--unprotect', '--keep-data', '--yes'];
    const { code, stdout, stderr, deleted } = await destroy({ stage: 'prod', isProtected: true }, args);
    assert.equal(code, 0, stderr);
    assert.deepEqual(deleted, ['operations', 'service', 'network']);
    assert.doesNotMatch(stderr, /stampede-prod-data/);
    assert.match(stdout, /\nKept with all its resources, and billed:\n {2}stampede-prod-data\n/);
    assert.match(stdout, /\nStage prod is deleted in eu-west-1, except the stack stampede-prod-data\n/);
  });

  it('has nothing to do with --keep-data when only the data stack is left', async () => {
    const { answers } = deletableStage();
    await using aws = await startFakeAws(answers);
    const first = await runEntry('scripts/destroy.ts', ['--keep-data', '--yes'], { env: aws.env });
    assert.equal(first.code, 0, first.stderr);
    const { code, stderr } = await runEntry('scripts/destroy.ts', ['--keep-data', '--yes'], { env: aws.env });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^destroy: of stage dev only stampede-dev-data is deployed in eu-west-1, which --keep-data keeps/,
    );
  });

  it('empties the buckets of a temporary stage, with all versions, so that CloudFormation can delete them', async () => {
    const example = { retainsData: false, objects: ['spill-bucket/2026-11-26', 'dead/2026-11-26.07/a.json'] };
    const { code, stdout, stderr, deleted, changes } = await destroy(example, ['--yes']);
    assert.equal(code, 0, stderr);
    assert.equal(deleted.length, 4);
    assert.match(
      stdout,
      /\nDeleted with all their objects:\n {2}stampede-dev-data-spillbucket\nRetained, .*:\n {2}nothing\n/,
    );
    assert.match(stderr, /\nDeleted 4 objects of the bucket stampede-dev-data-spillbucket\n/);
    assert.equal(changes.filter((name) => name === 'DeleteObjects').length, 1);
  });

  it('leaves a retained bucket as it is', async () => {
    const { code, stderr, changes } = await destroy({ objects: ['dead/2026-11-26.07/a.json'] }, ['--yes']);
    assert.equal(code, 0, stderr);
    assert.ok(!changes.includes('DeleteObjects'));
  });

  it('refuses to delete the service while timestamps are in the spill bucket only', async () => {
    const { code, stderr, changes } = await destroy({ objects: ['spill/2026-11-26.07/a.json'] }, ['--yes']);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^destroy: the timestamps in stampede-dev-data-spillbucket that are not in the table yet may not be deleted: pass --unprotect/,
    );
    assert.deepEqual(changes, []);
  });

  it('deletes a stage whose load balancer was never created', async () => {
    const args = ['--stage', 'prod', '--unprotect', '--yes'];
    const { code, stderr, deleted } = await destroy({ stage: 'prod', lacksBalancer: true }, args);
    assert.equal(code, 0, stderr);
    assert.equal(deleted.length, 4);
  });

  it("ends at a failure, with CloudFormation's first reason", async () => {
    const { code, stderr, deleted } = await destroy({ failing: 'network' }, ['--yes']);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /\ndestroy: stampede-dev-network cannot be deleted: Vpc \(AWS::EC2::VPC\) is DELETE_FAILED: The vpc '\S+' has dependencies\n$/,
    );
    assert.deepEqual(deleted, ['operations', 'service', 'network']);
  });

  it('has nothing to do for a stage that is not deployed, and names the region in which it looked', async () => {
    const { code, stderr } = await destroy({}, ['--stage', 'other', '--yes']);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^destroy: stage other is not deployed in eu-west-1 of this account: .*--set region=<region>\n$/,
    );
  });
});

describe('npm run destroy -- --expired', { concurrency: 4 }, () => {
  const over = { retainsData: false, expires: '2026-11-20T16:00:00Z' };

  async function destroyExpired(args: readonly string[], ...examples: readonly Deletable[]) {
    const { answers, deleted } = deletableStages(...examples);
    await using aws = await startFakeAws(answers);
    const finished = await runEntry('scripts/destroy.ts', ['--expired', ...args], { env: aws.env });
    return { ...finished, deleted };
  }

  it('deletes all stages whose time is over, and no other', async () => {
    const later = { stage: 'pr-3', expires: '2126-11-20T16:00:00Z' };
    const stages = [{ stage: 'dev' }, { ...over, stage: 'pr-1' }, { ...over, stage: 'pr-2' }, later];
    const { code, stdout, stderr, deleted } = await destroyExpired(['--yes'], ...stages);
    assert.equal(code, 0, stderr);
    const parts = ['operations', 'service', 'network', 'data'];
    assert.deepEqual(
      deleted,
      ['pr-1', 'pr-2'].flatMap((stage) => parts.map((part) => `${stage} ${part}`)),
    );
    assert.match(stdout, /\nStage pr-2 is deleted in eu-west-1: none of its stacks is left\n$/);
  });

  it('lists them in a dry run, and asks before it deletes', async () => {
    const dry = await destroyExpired(['--dry-run'], { ...over, stage: 'pr-1' });
    assert.match(dry.stdout, /^To be deleted in eu-west-1:\n {2}stampede-pr-1-operations\n/);
    const asked = await destroyExpired([], { ...over, stage: 'pr-1' });
    assert.match(asked.stderr, /destroy: Delete pr-1 in eu-west-1\? There is no terminal to ask on/);
    assert.deepEqual([...dry.deleted, ...asked.deleted], []);
  });

  it('goes on after a stage that cannot be deleted, names it, and fails', async () => {
    const kept = { ...over, stage: 'pr-1', objects: ['spill/2026-11-26.07/a.json'] };
    const { code, stderr, deleted } = await destroyExpired(['--yes'], kept, { ...over, stage: 'pr-2' });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /destroy: not everything that has expired is deleted: stage pr-1: the timestamps in \S+ .*pass --unprotect/,
    );
    assert.equal(deleted.length, 4);
  });

  it('goes on after a stage that it may not read', async () => {
    const { answers, deleted } = deletableStages({ ...over, stage: 'load-test' }, { ...over, stage: 'pr-2' });
    const { GetTemplate }: Answers = answers;
    assert.ok(typeof GetTemplate === 'function');
    const denied = queryError(403, 'AccessDenied', 'not authorized to perform: cloudformation:GetTemplate');
    await using aws = await startFakeAws({
      ...answers,
      GetTemplate: (request) =>
        String(request.params['StackName']).includes('load-test') ? denied : GetTemplate(request),
    });
    const { code, stderr } = await runEntry('scripts/destroy.ts', ['--expired', '--yes'], { env: aws.env });
    assert.equal(code, 1);
    assert.match(stderr, /destroy: not everything that has expired is deleted: stage load-test: .*not authorized/);
    assert.deepEqual(deleted[0], 'pr-2 operations');
    assert.equal(deleted.length, 4);
  });

  it('leaves a stage alone whose time a deployment extended while another stage was deleted', async () => {
    const end = '2026-11-20T17:00:00Z';
    const { answers, deleted } = deletableStages({ ...over, stage: 'pr-1' }, { ...over, stage: 'pr-2', expires: end });
    await using aws = await startFakeAws({
      ...answers,
      DescribeStacks: (request) => {
        const { body, ...answer } = answers.DescribeStacks(request);
        const isExtended = deleted.length > 0;
        return { ...answer, body: isExtended ? String(body).replaceAll(end, '2126-11-20T17:00:00Z') : body };
      },
    });
    const { code, stderr } = await runEntry('scripts/destroy.ts', ['--expired', '--yes'], { env: aws.env });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /\nStage pr-2 is left: it was extended, changed or deleted meanwhile\n$/);
    assert.deepEqual(
      deleted.filter((part) => part.startsWith('pr-2')),
      [],
    );
  });

  it('leaves the key of a restored table, which would be unreadable', async () => {
    const restored = { ...over, stage: 'pr-1', hasTable: false, outputs: { TableName: 'stampede-pr-1-restored' } };
    const { answers, deleted } = deletableStages(restored);
    const Table = {
      TableName: 'stampede-pr-1-restored',
      TableStatus: 'ACTIVE',
      TableArn: 'arn:aws:dynamodb:::table/x',
    };
    await using aws = await startFakeAws({ ...answers, DescribeTable: { body: { Table } } });
    const { code, stderr } = await runEntry('scripts/destroy.ts', ['--expired', '--yes'], { env: aws.env });
    assert.equal(code, 1);
    assert.match(stderr, /stage pr-1: the key of stampede-pr-1-data encrypts the table stampede-pr-1-restored/);
    assert.deepEqual(deleted, []);
  });

  it('leaves a stage alone that a deployment changes', async () => {
    const { code, stdout, stderr } = await destroyExpired(['--yes'], { ...over, status: 'UPDATE_IN_PROGRESS' });
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /^Stage dev has expired, but stampede-dev-\w+ is UPDATE_IN_PROGRESS: it is left for the next run/,
    );
    assert.equal(stdout, 'No stage that can be deleted has expired in eu-west-1\n');
  });
});

describe('npm run destroy -- --if-deployed', () => {
  it('succeeds if the stage is not deployed', async () => {
    const { code, stdout } = await destroy({}, ['--stage', 'pr-9', '--if-deployed', '--yes']);
    assert.deepEqual([code, stdout], [0, 'Stage pr-9 is not deployed\n']);
  });
});

describe('the region of destroy', () => {
  it('is the setting of --set, or its default, without AWS_REGION', async () => {
    const elsewhere = await destroy({}, ['--dry-run', '--set', 'region=us-east-1'], { AWS_REGION: undefined });
    assert.match(elsewhere.stdout, /^To be deleted in us-east-1:/, elsewhere.stderr);
    const usual = await destroy({}, ['--dry-run'], { AWS_REGION: undefined });
    assert.match(usual.stdout, /^To be deleted in eu-west-1:/, usual.stderr);
  });

  it('must be that of AWS_REGION', async () => {
    const { code, stderr } = await destroy({}, ['--yes'], { AWS_REGION: 'us-east-1' });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^destroy: the region of stage dev is eu-west-1, but AWS_REGION or the profile is us-east-1: set AWS_REGION=eu-west-1, or pass --set region=us-east-1/,
    );
  });
});
