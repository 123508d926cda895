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

describe('the load of several machines', () => {
  it('can be ended before it has started, and is removed with the token', async (t) => {
    t.mock.method(console, 'error', () => {});
    const ecs = ecsOnAws(2);
    const empty = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>';
    const answers = { PutParameter: { body: {} }, DeleteParameter: { body: {} }, ListBucket: { body: empty } };
    await using aws = await startFakeAws({ ...ecs.answers, ...answers });
    t.mock.property(process, 'env', { ...process.env, ...aws.env });
    const folder = await mkdtemp(join(tmpdir(), 'stampede-machines-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const outputs = exampleOutputs('dev')['stampede-dev-service'] ?? assert.fail('no outputs');
    const stage = { stage: 'dev', targetGroupArn: outputs['TargetGroupArn'] } as DrilledStage;
    const machines = { count: 2, subnets: ['subnet-1'], securityGroup: undefined };
    const plan = planDrill({ drill: 'steady', target: 'http://127.0.0.1:9', ratePerS: 2, peakPerS: 2 });
    const undo = new Undo();

    const options = { artillery: NEVER_STARTS, machines, stage };
    const load = await startMachines(options, { ...plan, writeToken: 'secret-token' }, folder, undo);
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
    assert.equal(bucket?.['Bucket'], `artilleryio-test-data-${stage.targetGroupArn.split(':')[4]}`);
    assert.deepEqual(
      (await load.checks?.())?.map(({ passed }) => passed),
      [false, true],
    );
  });
});

/** Starts and ends a load whose machines never start; the lines about what could not be removed, and the requests. */
async function endedAtOnce(t: TestContext, answers: Answers) {
  const error = t.mock.method(console, 'error', () => {});
  await using aws = await startFakeAws(answers);
  t.mock.property(process, 'env', { ...process.env, ...aws.env });
  const folder = await mkdtemp(join(tmpdir(), 'stampede-machines-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const targetGroupArn = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/a/b';
  const stage = { stage: 'dev', targetGroupArn } as DrilledStage;
  const machines = { count: 2, subnets: ['subnet-1'], securityGroup: undefined };
  const plan = planDrill({ drill: 'steady', target: 'http://127.0.0.1:9', ratePerS: 2, peakPerS: 2 });
  const undo = new Undo();
  const load = await startMachines({ artillery: NEVER_STARTS, machines, stage }, plan, folder, undo);
  await load.stop();
  await undo.run();
  const failures = error.mock.calls
    .map(({ arguments: [line] }) => String(line))
    .filter((line) => line.startsWith('could not remove'));
  return { failures, operations: aws.requests.map(({ operation }) => operation) };
}

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
