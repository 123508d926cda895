import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Undo } from '../../../../../scripts/cli/undo.ts';
import { startMachines } from '../../../../../scripts/drills/aws/machines/load.ts';
import { removeMachines } from '../../../../../scripts/drills/aws/machines/remove.ts';
import { planDrill } from '../../../../../scripts/drills/aws/plan.ts';
import type { DrilledStage } from '../../../../../scripts/drills/aws/snapshot.ts';
import { ecsOnAws } from '../../../aws/ecs-on-aws.ts';
import { exampleOutputs } from '../../../aws/example-stage.ts';
import { type Answers, startFakeAws } from '../../../aws/fake-aws.ts';

/** An artillery whose machines never start. */
const NEVER_STARTS = join(import.meta.dirname, 'artillery-that-never-starts.js');

const TARGET_GROUP_ARN =
  exampleOutputs('dev')['stampede-dev-service']?.['TargetGroupArn'] ?? assert.fail('the example has no target group');

/** Starts a load whose machines never start, and keeps what is printed. */
async function startLoad(t: TestContext, answers: Answers, writeToken?: string) {
  const printed = t.mock.method(console, 'error', () => {});
  const aws = await startFakeAws(answers);
  t.after(() => aws[Symbol.asyncDispose]());
  t.mock.property(process, 'env', { ...process.env, ...aws.env });
  const folder = await mkdtemp(join(tmpdir(), 'stampede-machines-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const stage = { stage: 'dev', targetGroupArn: TARGET_GROUP_ARN } as DrilledStage;
  const machines = { count: 2, subnets: ['subnet-1'], securityGroup: undefined };
  const plan = planDrill({ drill: 'steady', target: 'http://127.0.0.1:9', ratePerS: 2, peakPerS: 2 });
  const undo = new Undo();
  const options = { artillery: NEVER_STARTS, machines, stage };
  const load = await startMachines(options, { ...plan, ...(writeToken && { writeToken }) }, folder, undo);
  return { aws, folder, load, undo, printed };
}

/** Starts and ends such a load; the lines about what could not be removed, and the requests. */
async function endedAtOnce(t: TestContext, answers: Answers) {
  const { aws, load, undo, printed } = await startLoad(t, answers);
  await load.stop();
  await undo.run();
  const failures = printed.mock.calls
    .map(({ arguments: [line] }) => String(line))
    .filter((line) => line.startsWith('could not remove'));
  return { failures, operations: aws.requests.map(({ operation }) => operation) };
}

describe('the load of several machines', () => {
  it('can be ended before it has started, and is removed with the token', async (t) => {
    const ecs = ecsOnAws(2);
    const empty = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>';
    const answers = { PutParameter: { body: {} }, DeleteParameter: { body: {} }, ListBucket: { body: empty } };
    const { aws, folder, load, undo } = await startLoad(t, { ...ecs.answers, ...answers }, 'secret-token');
    assert.deepEqual([...ecs.clusters.keys()], ['stampede-dev-drill']);
    const script = await readFile(join(folder, 'machines/artillery.json'), 'utf8');
    assert.match(script, /"tokenName": "STAMPEDE_DEV_WRITE_TOKEN"/);
    assert.doesNotMatch(script, /secret-token/);
    assert.deepEqual((await readdir(join(folder, 'machines'))).toSorted(), ['artillery.json', 'hooks.mjs']);

    await load.stop();
    await undo.run();
    assert.deepEqual([...ecs.clusters], []);
    const written = aws.requests.filter(({ operation }) => /Parameter/.test(operation)).map(({ params }) => params);
    const Name = '/artilleryio/STAMPEDE_DEV_WRITE_TOKEN';
    assert.deepEqual(written, [{ Name, Value: 'secret-token', Type: 'SecureString', Overwrite: true }, { Name }]);
    const bucket = aws.requests.find(({ operation }) => operation === 'ListBucket')?.params;
    assert.equal(bucket?.['Bucket'], `artilleryio-test-data-${TARGET_GROUP_ARN.split(':')[4]}`);
    assert.deepEqual(
      (await load.checks?.())?.map(({ passed }) => passed),
      [false, true],
    );
  });
});

describe('the first load of several machines in an account', () => {
  it('is removed without an error if artillery has not created its bucket yet', async (t) => {
    const ecs = ecsOnAws(2);
    const ListBucket = { status: 404, body: '<Error><Code>NoSuchBucket</Code><Message>no</Message></Error>' };
    const DeleteParameter = { status: 400, body: { __type: 'ParameterNotFound' } };
    const { failures } = await endedAtOnce(t, { ...ecs.answers, ListBucket, DeleteParameter });
    assert.deepEqual([...ecs.clusters], []);
    assert.deepEqual(failures, []);
  });
});

describe('machines that cannot be removed', () => {
  it('are reported, and what was acknowledged is fetched all the same', async (t) => {
    const empty = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>';
    const { failures, operations } = await endedAtOnce(t, { ...ecsOnAws(2).answers, ListBucket: { body: empty } });
    assert.equal(failures.length, 1);
    assert.match(failures[0] ?? '', /repeat it: npm run drill -- --clean-up --stage dev/);
    assert.ok(operations.includes('ListBucket'));
  });
});

describe('the removal of machines', () => {
  const CLUSTER = 'stampede-dev-drill';
  const remove = async (t: TestContext, answers: Answers) => {
    t.mock.method(console, 'error', () => {});
    await using aws = await startFakeAws(answers);
    t.mock.property(process, 'env', { ...process.env, ...aws.env });
    await removeMachines('dev');
  };

  it('does nothing if nothing is left', async (t) => {
    await remove(t, {
      ...ecsOnAws(0).answers,
      DeleteParameter: { status: 400, body: { __type: 'ParameterNotFound' } },
    });
  });

  it('removes the cluster even if it may not delete the token, and fails', async (t) => {
    const ecs = ecsOnAws(2, CLUSTER);
    await assert.rejects(
      remove(t, ecs.answers),
      /cannot delete the parameter \/artilleryio\/STAMPEDE_DEV_WRITE_TOKEN: the credentials may not do this/,
    );
    assert.deepEqual([...ecs.clusters], []);
  });
});
