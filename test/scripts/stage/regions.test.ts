import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseArguments } from '../../../scripts/cli/arguments.ts';
import { copyVariables } from '../../../scripts/image/packer.ts';
import { chosenRegions, REGIONS_OPTIONS, refuseOnlyAlone } from '../../../scripts/stage/regions/options.ts';
import { deletionPasses, deploySteps, regionSettings } from '../../../scripts/stage/regions/steps.ts';
import { accountOnAws, writeAssembly } from '../account/account-example.ts';
import { deletableStage } from '../aws/deletable-stage.ts';
import { startFakeAws } from '../aws/fake-aws.ts';
import { stageOnAws } from '../aws/stage-on-aws.ts';
import { fakePrograms } from '../fake-programs.ts';
import { runEntry } from '../run-entry.ts';

const PAIR = ['eu-west-1', 'eu-central-1'] as const;

describe('the steps of a deployment in two regions', () => {
  it('begin with the keys of the replicas, and end with the stacks that use the replicas', () => {
    assert.deepEqual(
      deploySteps(PAIR).map(({ region, stacks }) => `${region} ${stacks}`),
      ['eu-central-1 data', 'eu-west-1 all', 'eu-central-1 all'],
    );
  });

  it('are one with --only', () => {
    assert.deepEqual(deploySteps(PAIR, 'eu-central-1'), [{ region: 'eu-central-1', stacks: 'all' }]);
    assert.throws(() => deploySteps(PAIR, 'us-east-1'), /--only is 'us-east-1': expected one of --regions/);
  });

  it('pass what the home region has made to the other one: the table, and the ARN of its replica of the secret', () => {
    const made = { tableName: 'table', secretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-aBcDeF' };
    assert.deepEqual(regionSettings({ region: 'eu-west-1', stacks: 'all' }, PAIR, made), [
      'regions=eu-west-1,eu-central-1',
      'region=eu-west-1',
    ]);
    assert.deepEqual(regionSettings({ region: 'eu-central-1', stacks: 'all' }, PAIR, made), [
      'regions=eu-west-1,eu-central-1',
      'region=eu-central-1',
      'tableName=table',
      'secretArn=arn:aws:secretsmanager:eu-central-1:111122223333:secret:s-aBcDeF',
    ]);
  });

  it('make the key before there is a table', () => {
    const settings = regionSettings({ region: 'eu-central-1', stacks: 'data' }, PAIR, undefined);
    assert.deepEqual(settings, ['regions=eu-west-1,eu-central-1', 'region=eu-central-1', 'only=data']);
  });
});

describe('the deletion of a stage in two regions', () => {
  const text = (...args: Parameters<typeof deletionPasses>) =>
    deletionPasses(...args).map(({ region, parts }) => `${region}: ${parts.join(', ')}`);

  it('deletes the fleets first and the keys of the replicas last', () => {
    assert.deepEqual(text(PAIR), [
      'eu-central-1: operations, service, network',
      'eu-west-1: operations, service, network, data',
      'eu-central-1: data',
    ]);
  });

  it('keeps the data stacks of both with --keep-data, and leaves the others with --only', () => {
    assert.deepEqual(text(PAIR, undefined, true), [
      'eu-central-1: operations, service, network',
      'eu-west-1: operations, service, network',
    ]);
    assert.deepEqual(text(PAIR, 'eu-central-1', true), ['eu-central-1: operations, service, network']);
  });

  it('is planned region by region, before anything is deleted', async () => {
    const { answers, deleted } = deletableStage({});
    await using aws = await startFakeAws(answers);
    const args = ['--regions', PAIR.join(','), '--yes'];
    const { code, stdout, stderr } = await runEntry('scripts/destroy.ts', args, { env: aws.env });
    assert.equal(code, 0, stderr);
    const headings = stdout.match(/^To be deleted in .*/gm);
    assert.deepEqual(
      headings,
      ['eu-central-1', 'eu-west-1', 'eu-central-1'].map((one) => `To be deleted in ${one}:`),
    );
    assert.ok(deleted.indexOf('operations') < deleted.indexOf('data'));
  });
});

describe('the variables of a bake', () => {
  it('copy the image to all regions but the first', () => {
    assert.deepEqual(copyVariables(PAIR), { copy_regions: '["eu-central-1"]' });
    assert.deepEqual(copyVariables(['eu-west-1']), {});
  });
});

describe('--regions', () => {
  const parse = (...args: string[]) =>
    parseArguments({ name: 'deploy', summary: '', options: REGIONS_OPTIONS }, args).values;

  it('is two or more different regions', () => {
    assert.deepEqual(parse('--regions', 'eu-west-1,eu-central-1').regions, PAIR);
    for (const wrong of ['eu-west-1', 'eu-west-1,eu-west-1', 'eu-west-1,Frankfurt', '']) {
      assert.throws(() => parse('--regions', wrong), /expected two or more regions/, wrong);
    }
  });

  it('can be limited to one of them', () => {
    assert.deepEqual(chosenRegions(PAIR, 'eu-central-1'), ['eu-central-1']);
    assert.throws(() => refuseOnlyAlone(parse('--only', 'eu-west-1')), /expected --regions too/);
  });
});

describe('npm run deploy -- --regions', () => {
  const CDK = 'node_modules/.bin/cdk';
  const ARGS = ['--stage', 'dev', '--regions', 'eu-west-1,eu-central-1'];
  const context = (region: string) => `-c stage=dev -c regions=eu-west-1,eu-central-1 -c region=${region}`;
  const deploy = `${CDK} deploy --all --require-approval`;

  it('prints each command line in a dry run, in the order in which they run', async () => {
    const { code, stderr } = await runEntry('scripts/deploy.ts', [...ARGS, '--dry-run']);
    assert.equal(code, 0, stderr);
    const made = "-c 'tableName=<TableName of eu-west-1>' -c 'secretArn=<SecretArn of eu-west-1>'";
    assert.deepEqual(
      stderr.split('\n').filter((line) => line.startsWith('$')),
      [
        `$ ${CDK} synth --quiet --output cdk.out/eu-central-1-data ${context('eu-central-1')} ${made} -c only=data`,
        `$ ${deploy} broadening --app cdk.out/eu-central-1-data`,
        `$ ${CDK} synth --quiet --output cdk.out/eu-west-1-all ${context('eu-west-1')}`,
        `$ ${deploy} broadening --app cdk.out/eu-west-1-all`,
        `$ ${CDK} synth --quiet --output cdk.out/eu-central-1-all ${context('eu-central-1')} ${made}`,
        `$ ${deploy} broadening --app cdk.out/eu-central-1-all`,
      ],
    );
  });

  it('deploys the regions one after the other, each with a healthy fleet before the next', async () => {
    await using programs = await fakePrograms({
      [CDK]: `echo "$AWS_REGION" >> regions; [ "$AWS_REGION" != "$FAILS" ]`,
    });
    for (const region of PAIR) await writeAssembly(join(programs.folder, `cdk.out/${region}-all`), 'dev', region);
    await using aws = await startFakeAws({ ...stageOnAws(), ...accountOnAws() });
    const args = [...ARGS, '--yes', '--skip-checks'];
    const { code, stdout, stderr } = await runEntry('scripts/deploy.ts', args, {
      cwd: programs.folder,
      env: { ...aws.env, AWS_REGION: undefined },
    });
    assert.equal(code, 0, stderr);
    assert.equal(stdout.match(/^Stage dev answers at /gm)?.length, 2);
    const started = await programs.started();
    assert.deepEqual(
      started.map((line) => line.replace(/^.*cdk (\w+) .*(eu-\w+-1-\w+).*$/, '$1 $2')),
      ['data', 'all', 'all'].flatMap((stacks, index) => {
        const region = index === 1 ? 'eu-west-1' : 'eu-central-1';
        return [`synth ${region}-${stacks}`, `deploy ${region}-${stacks}`];
      }),
    );
    assert.match(started[4] ?? '', /-c tableName=\S+ -c secretArn=arn:aws:secretsmanager:eu-central-1:/);
  });

  it('does not touch the second region when the first one fails', async () => {
    await using programs = await fakePrograms({ [CDK]: '[ "$1 $AWS_REGION" != "deploy eu-west-1" ]' });
    for (const region of PAIR) await writeAssembly(join(programs.folder, `cdk.out/${region}-all`), 'dev', region);
    await using aws = await startFakeAws({ ...stageOnAws(), ...accountOnAws() });
    const args = [...ARGS, '--yes', '--skip-checks'];
    const { code } = await runEntry('scripts/deploy.ts', args, { cwd: programs.folder, env: aws.env });
    assert.equal(code, 1);
    const deployed = (await programs.started()).filter((line) => line.includes(' deploy '));
    assert.match(deployed.at(-1) ?? '', /eu-west-1-all$/);
  });
});
