import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { APP_INSTANCES } from './aws/example-stage.ts';
import { startFakeAws } from './aws/fake-aws.ts';
import { stageOnAws } from './aws/stage-on-aws.ts';
import { fakePrograms } from './fake-programs.ts';
import { runEntry } from './run-entry.ts';

const cdk = (code = 0) => fakePrograms({ 'node_modules/.bin/cdk': code });

describe('npm run deploy', () => {
  it('runs cdk, waits until the fleet is healthy, and says where the stage answers', async () => {
    await using programs = await cdk();
    await using aws = await startFakeAws(stageOnAws());
    const { code, stdout, stderr } = await runEntry('scripts/deploy.ts', ['--yes'], {
      cwd: programs.folder,
      env: aws.env,
    });
    assert.equal(code, 0, stderr);
    assert.deepEqual(await programs.started(), [
      'node_modules/.bin/cdk deploy --all --require-approval never -c stage=dev',
    ]);
    assert.match(stderr, /^\$ node_modules\/\.bin\/cdk deploy --all/);
    assert.match(
      stderr,
      /Waiting for a healthy fleet behind http:\/\/stampede\.example\.org .*\n {2}2 of 2 instances healthy/,
    );
    assert.match(stdout, /^Stage dev answers at http:\/\/stampede\.example\.org\n/);
  });

  it('fails with the deadline and what it saw when the fleet does not become healthy', async () => {
    await using programs = await cdk();
    const [first, second] = APP_INSTANCES;
    assert.ok(first && second);
    await using aws = await startFakeAws(stageOnAws({ instances: [first, { ...second, target: 'unhealthy' }] }));
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

  it('stops when cdk fails, and calls no AWS API', async () => {
    await using programs = await cdk(1);
    await using aws = await startFakeAws(stageOnAws());
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
      '$ node_modules/.bin/cdk deploy --all --require-approval broadening -c stage=prod -c nat=single\n',
    );
  });

  it('deploys all stacks and lets cdk ask before permissions widen', async () => {
    const { stderr } = await runEntry('scripts/deploy.ts', ['--dry-run']);
    assert.equal(stderr, '$ node_modules/.bin/cdk deploy --all --require-approval broadening -c stage=dev\n');
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
  it('runs cdk diff with the settings of this deployment', async () => {
    await using programs = await cdk();
    const { code } = await runEntry('scripts/plan.ts', ['--ami', 'ami-0123456789abcdef0'], { cwd: programs.folder });
    assert.equal(code, 0);
    assert.deepEqual(await programs.started(), [
      'node_modules/.bin/cdk diff -c stage=dev -c amiId=ami-0123456789abcdef0',
    ]);
  });
});
