import assert from 'node:assert/strict';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { synthesize, theResource } from '../../infra/synthesize.ts';
import { type Answers, startFakeAws } from '../aws/fake-aws.ts';
import { runInstances } from '../aws/run-instances.ts';
import { stageOnAws } from '../aws/stage-on-aws.ts';
import { ec2Answer } from '../aws/xml.ts';
import { runEntry } from '../run-entry.ts';
import { imagesOnAws } from './images-on-aws.ts';

const NEW = { id: 'ami-00000002', createdAt: '2026-11-20T00:00:00.000Z' };
const OLD = { id: 'ami-00000001', createdAt: '2026-11-01T00:00:00.000Z' };
const POINTERS = {
  '/stampede/ami/candidate': NEW.id,
  '/stampede/ami/current': OLD.id,
  '/stampede/ami/previous': OLD.id,
};

async function start(entry: string, answers: Answers, ...args: string[]) {
  await using aws = await startFakeAws(answers);
  const finished = await runEntry(`scripts/${entry}.ts`, args, { env: aws.env });
  const written = aws.requests
    .filter(({ operation }) => operation === 'PutParameter')
    .map(({ params }) => `${params['Name']}=${params['Value']}`);
  return { ...finished, written, operations: aws.requests.map(({ operation }) => operation) };
}

/** A configuration file of the AWS CLI whose default profile has a region. */
async function profileIn(region: string) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'stampede-profile-'));
  const AWS_CONFIG_FILE = join(folder.path, 'config');
  await writeFile(AWS_CONFIG_FILE, `[default]\nregion = ${region}\n`);
  return {
    env: { AWS_REGION: undefined, AWS_CONFIG_FILE },
    [Symbol.asyncDispose]: () => folder.remove(),
  };
}

describe('npm run promote', () => {
  const account = imagesOnAws({ images: [OLD, NEW], parameters: POINTERS });
  const consoleSays = (text: string) => ({
    body: `<GetConsoleOutputResponse><output>${Buffer.from(text).toString('base64')}</output></GetConsoleOutputResponse>`,
  });
  const launchTemplate = theResource('AWS::EC2::LaunchTemplate', synthesize('dev').service);
  const onStage = (text: string): Answers => ({
    ...stageOnAws(),
    ...account,
    RunInstances: runInstances(launchTemplate, 'i-test'),
    GetConsoleOutput: consoleSays(text),
    TerminateInstances: { body: '<TerminateInstancesResponse><instancesSet/></TerminateInstancesResponse>' },
  });

  it('boots the candidate, points current to it, and ends the instance', async () => {
    const { code, stdout, written, operations } = await start('promote', onStage('stampede boot test: passed\n'));
    assert.equal(code, 0);
    assert.deepEqual(written, ['/stampede/ami/previous=ami-00000001', '/stampede/ami/current=ami-00000002']);
    assert.ok(operations.indexOf('TerminateInstances') > operations.indexOf('RunInstances'));
    assert.match(stdout, /Next: npm run deploy -- --stage dev --ami ami-00000002/);
  });

  it('boots in the region of the profile when AWS_REGION is not set', async () => {
    await using aws = await startFakeAws(onStage('stampede boot test: passed\n'));
    await using profile = await profileIn('eu-west-1');
    const { code, stderr } = await runEntry('scripts/promote.ts', [], { env: { ...aws.env, ...profile.env } });
    assert.equal(code, 0, stderr);
  });

  it('changes no parameter when the boot test fails, and ends the instance', async () => {
    const { code, stderr, written, operations } = await start('promote', onStage('✖ x\nstampede boot test: failed\n'));
    assert.equal(code, 1);
    assert.match(stderr, /the boot test on i-test failed: ✖ x/);
    assert.deepEqual(written, []);
    assert.ok(operations.includes('TerminateInstances'));
  });

  it('launches nothing and changes nothing in a dry run', async () => {
    const { code, stderr, written, operations } = await start('promote', account, '--dry-run');
    assert.equal(code, 0);
    assert.match(stderr, /\/stampede\/ami\/current: ami-00000001 -> ami-00000002 \(dry run: not changed\)/);
    assert.deepEqual(written, []);
    assert.ok(!operations.includes('RunInstances'));
  });

  it('refuses an image of another architecture', async () => {
    const { code, stderr } = await start('promote', account, '--architecture', 'amd64');
    assert.equal(code, 1);
    assert.match(stderr, /ami-00000002 .* architecture is arm64, expected x86_64/);
  });

  it('refuses an image whose tags name another commit', async () => {
    const commit = 'd'.repeat(40);
    const parameters = { ...POINTERS, [`/stampede/ami/${commit}`]: NEW.id };
    const { code, stderr } = await start('promote', imagesOnAws({ images: [NEW], parameters }), '--commit', commit);
    assert.equal(code, 1);
    assert.match(stderr, /tag Commit is c{40}, expected d{40}/);
  });

  it('refuses a parameter that is not an image id', async () => {
    const parameters = { ...POINTERS, '/stampede/ami/candidate': 'none' };
    const { code, stderr } = await start('promote', imagesOnAws({ images: [NEW], parameters }));
    assert.equal(code, 1);
    assert.match(stderr, /\/stampede\/ami\/candidate is 'none', expected the id of an image, such as ami-/);
  });

  it('refuses a commit that is not complete', async () => {
    const { code, stderr } = await start('promote', {}, '--commit', 'abc123');
    assert.equal(code, 2);
    assert.match(stderr, /--commit is 'abc123': expected the 40 hexadecimal digits of a commit/);
  });

  it('says what to do without a candidate', async () => {
    const { code, stderr } = await start('promote', imagesOnAws({ images: [] }));
    assert.equal(code, 1);
    assert.match(stderr, /\/stampede\/ami\/candidate does not exist: run npm run bake/);
  });
});

describe('npm run rollback', () => {
  it('points current back, and previous to the image before', async () => {
    const parameters = { '/stampede/ami/current': NEW.id, '/stampede/ami/previous': OLD.id };
    const { code, written } = await start('rollback', imagesOnAws({ images: [OLD, NEW], parameters }));
    assert.equal(code, 0);
    assert.deepEqual(written, ['/stampede/ami/previous=ami-00000002', '/stampede/ami/current=ami-00000001']);
  });

  it('refuses when there is no previous image', async () => {
    const parameters = { '/stampede/ami/current': NEW.id };
    const { code, stderr } = await start('rollback', imagesOnAws({ images: [NEW], parameters }));
    assert.equal(code, 1);
    assert.match(stderr, /there is no previous image/);
  });

  it('refuses a previous image that no longer exists', async () => {
    const parameters = { '/stampede/ami/current': NEW.id, '/stampede/ami/previous': OLD.id };
    const { code, stderr, written } = await start('rollback', imagesOnAws({ images: [NEW], parameters }));
    assert.equal(code, 1);
    assert.match(stderr, /there is no image ami-00000001 in this account and region/);
    assert.deepEqual(written, []);
  });
});

describe('npm run bake', () => {
  it('asks for a region before it does anything', async () => {
    const { code, stderr } = await runEntry('scripts/bake.ts');
    assert.equal(code, 2);
    assert.match(stderr, /no region is set: expected AWS_REGION or a profile with the region to bake in/);
  });

  it('bakes in the region of the profile when AWS_REGION is not set', async () => {
    await using aws = await startFakeAws({ DescribeVpcs: ec2Answer('DescribeVpcs', { vpcSet: '' }) });
    await using profile = await profileIn('eu-central-1');
    const { stderr } = await runEntry('scripts/bake.ts', [], { env: { ...aws.env, ...profile.env } });
    assert.match(stderr, /eu-central-1 has no default VPC for the builder/);
  });
});
