import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseArguments } from '../../../scripts/cli/arguments.ts';
import { copyVariables } from '../../../scripts/image/packer.ts';
import { chosenRegions, REGIONS_OPTIONS, refuseOnlyAlone } from '../../../scripts/stage/regions/options.ts';
import { deletionPasses, deploySteps, regionSettings } from '../../../scripts/stage/regions/steps.ts';
import { accountOnAws, writeAssembly } from '../account/account-example.ts';
import { deletableStage } from '../aws/deletable-stage.ts';
import { type Answers, type AwsAnswer, queryError, startFakeAws } from '../aws/fake-aws.ts';
import { regionsOnAws } from '../aws/regions-on-aws.ts';
import { stageOnAws } from '../aws/stage-on-aws.ts';
import { queryAnswer } from '../aws/xml.ts';
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

/** What DynamoDB says of the replica outside the home region. */
const REPLICA = {
  ...{ TableName: 'stampede-dev', TableArn: 'arn:aws:dynamodb:eu-central-1:111122223333:table/stampede-dev' },
  ...{ TableStatus: 'ACTIVE', TableSizeBytes: 0, DeletionProtectionEnabled: false },
};

/** A stage in two regions, with the table in the home region. `deleted` has regions and parts, in their order. */
function deletablePair(replica: AwsAnswer = { body: { Table: REPLICA } }) {
  const deleted: string[] = [];
  const outputs = { TableName: 'stampede-dev' };
  const [home, other] = PAIR.map((region, index) =>
    deletableStage({ outputs, hasTable: index === 0 }, (part) => deleted.push(`${region} ${part}`)),
  );
  const answers = regionsOnAws({
    'eu-west-1': home?.answers ?? {},
    'eu-central-1': { ...other?.answers, DescribeTable: replica },
  });
  return { answers, deleted };
}

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
    const { answers, deleted } = deletablePair();
    await using aws = await startFakeAws(answers);
    const args = ['--regions', PAIR.join(','), '--yes'];
    const { code, stdout, stderr } = await runEntry('scripts/destroy.ts', args, { env: aws.env });
    assert.equal(code, 0, stderr);
    const headings = stdout.match(/^To be deleted in .*/gm);
    assert.deepEqual(
      headings,
      ['eu-central-1', 'eu-west-1', 'eu-central-1'].map((one) => `To be deleted in ${one}:`),
    );
    assert.deepEqual(deleted, [
      'eu-central-1 operations',
      'eu-central-1 service',
      'eu-central-1 network',
      'eu-west-1 operations',
      'eu-west-1 service',
      'eu-west-1 network',
      'eu-west-1 data',
      'eu-central-1 data',
    ]);
  });

  it('leaves the key of a replica with --only, until the replica is removed', async () => {
    const args = ['--regions', PAIR.join(','), '--only', 'eu-central-1', '--yes'];
    const replica = deletablePair({ body: { Table: REPLICA } });
    await using aws = await startFakeAws(replica.answers);
    const refused = await runEntry('scripts/destroy.ts', args, { env: aws.env });
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /destroy: the key of stampede-dev-data encrypts the table stampede-dev in eu-central-1, .*: expected --keep-data\. .*deploy the home region with --remove-replicas/,
    );
    assert.deepEqual(replica.deleted, []);

    const removed = deletablePair({ status: 400, body: { __type: 'ResourceNotFoundException' } });
    await using later = await startFakeAws(removed.answers);
    const { code, stderr } = await runEntry('scripts/destroy.ts', args, { env: later.env });
    assert.equal(code, 0, stderr);
    assert.equal(removed.deleted.at(-1), 'eu-central-1 data');
  });

  it('leaves the table in the home region while another region uses a replica', async () => {
    const outputs = { TableName: 'stampede-dev', ReplicaRegions: 'eu-central-1' };
    for (const args of [[], ['--regions', PAIR.join(','), '--only', 'eu-west-1']]) {
      const { answers, deleted } = deletableStage({ outputs });
      await using aws = await startFakeAws(answers);
      const { code, stderr } = await runEntry('scripts/destroy.ts', ['--yes', ...args], { env: aws.env });
      assert.equal(code, 1);
      assert.match(
        stderr,
        /destroy: stage dev in eu-central-1 uses replicas of the table and of the secret in eu-west-1: expected --regions eu-west-1,eu-central-1 without --only, or --keep-data/,
      );
      assert.deepEqual(deleted, []);
    }
  });

  it('leaves the key of a restored table, which no stack has', async () => {
    const { answers, deleted } = deletableStage({ outputs: { TableName: 'stampede-dev-20261122-080005' } });
    await using aws = await startFakeAws({ ...answers, DescribeTable: { body: { Table: REPLICA } } });
    const { code, stderr } = await runEntry('scripts/destroy.ts', ['--yes'], { env: aws.env });
    assert.equal(code, 1);
    assert.match(stderr, /destroy: the key of stampede-dev-data encrypts the table stampede-dev-20261122-080005 in /);
    assert.deepEqual(deleted, []);
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

  /** Each region has the stacks of the stage once cdk has deployed there. */
  const pairOnAws = (folder: string): Answers => {
    const { DescribeStacks, ...answers } = { ...stageOnAws(), ...accountOnAws() };
    assert.ok(typeof DescribeStacks === 'function');
    const ofRegion = (region: string): Answers => ({
      ...answers,
      DescribeStacks: (request) =>
        existsSync(join(folder, `deployed-${region}`))
          ? DescribeStacks(request)
          : queryError(400, 'ValidationError', `Stack with id ${request.params['StackName']} does not exist`),
    });
    return regionsOnAws(Object.fromEntries(PAIR.map((region) => [region, ofRegion(region)])));
  };

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
    await using programs = await fakePrograms({ [CDK]: '[ "$1" != deploy ] || touch "deployed-$AWS_REGION"' });
    for (const region of PAIR) await writeAssembly(join(programs.folder, `cdk.out/${region}-all`), 'dev', region);
    await using aws = await startFakeAws(pairOnAws(programs.folder));
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
    // The key of the replica is made before there is a table.
    assert.doesNotMatch(started[0] ?? '', /tableName=/);
    const healthy = aws.requests.filter(({ operation }) => operation === 'DescribeTargetHealth');
    assert.deepEqual(
      healthy.map(({ region }) => region),
      ['eu-west-1', 'eu-central-1'],
    );
    assert.match(started[4] ?? '', /-c tableName=\S+ -c secretArn=arn:aws:secretsmanager:eu-central-1:/);
  });

  it('leaves the first step out once the other region is deployed: its stacks import what the step would remove', async () => {
    await using programs = await fakePrograms({ [CDK]: 0 });
    for (const region of PAIR) await writeAssembly(join(programs.folder, `cdk.out/${region}-all`), 'dev', region);
    for (const region of PAIR) await writeFile(join(programs.folder, `deployed-${region}`), '');
    await using aws = await startFakeAws(pairOnAws(programs.folder));
    const options = { cwd: programs.folder, env: { ...aws.env, AWS_REGION: undefined } };
    const { code, stderr } = await runEntry('scripts/deploy.ts', [...ARGS, '--yes', '--skip-checks'], options);
    assert.equal(code, 0, stderr);
    const folders = (await programs.started()).map((line) => line.replace(/^.*cdk (\w+) .*(eu-\w+-1-\w+).*$/, '$1 $2'));
    assert.deepEqual(
      folders,
      PAIR.flatMap((region) => [`synth ${region}-all`, `deploy ${region}-all`]),
    );
  });

  it('does not touch the second region when the first one fails', async () => {
    await using programs = await fakePrograms({ [CDK]: '[ "$1 $AWS_REGION" != "deploy eu-west-1" ]' });
    for (const region of PAIR) await writeAssembly(join(programs.folder, `cdk.out/${region}-all`), 'dev', region);
    await using aws = await startFakeAws(pairOnAws(programs.folder));
    const args = [...ARGS, '--yes', '--skip-checks'];
    const { code } = await runEntry('scripts/deploy.ts', args, { cwd: programs.folder, env: aws.env });
    assert.equal(code, 1);
    const deployed = (await programs.started()).filter((line) => line.includes(' deploy '));
    assert.match(deployed.at(-1) ?? '', /eu-west-1-all$/);
  });
});

describe('npm run deploy of a stage whose table has a replica', () => {
  const { DescribeStacks, ...others } = { ...stageOnAws(), ...accountOnAws() };
  const withReplica: Answers = {
    ...others,
    DescribeStacks: (request) => {
      assert.ok(typeof DescribeStacks === 'function');
      const { body, ...answer } = DescribeStacks(request);
      const output = '<member><OutputKey>ReplicaRegions</OutputKey><OutputValue>eu-central-1</OutputValue></member>';
      return { ...answer, body: String(body).replace('<Outputs>', `<Outputs>${output}`) };
    },
  };

  /** Deploys what was synthesised with these replicas. */
  async function deploy(replicaRegions: string | undefined, ...args: string[]) {
    await using programs = await fakePrograms({ 'node_modules/.bin/cdk': 0 });
    await writeAssembly(join(programs.folder, 'cdk.out'), 'dev', 'eu-west-1', replicaRegions);
    const items = ['eu-central-1', 'eu-west-1'].map((sk) => ({ pk: { S: 'regions' }, sk: { S: sk } }));
    const deletedItems: unknown[] = [];
    await using aws = await startFakeAws({
      ...withReplica,
      Query: () => ({ body: { Items: deletedItems.length === 0 ? items : [] } }),
      DeleteItem: ({ params }) => {
        deletedItems.push(params['Key']);
        return { body: {} };
      },
    });
    const options = { cwd: programs.folder, env: aws.env };
    const { code, stderr } = await runEntry('scripts/deploy.ts', ['--yes', '--skip-checks', ...args], options);
    const deployed = (await programs.started()).filter((line) => line.includes(' deploy ')).length;
    return { code, stderr, deployed, deletedItems: deletedItems.length };
  }

  it('is refused without the regions of the replicas', async () => {
    const { code, stderr, deployed } = await deploy(undefined);
    assert.deepEqual([code, deployed], [1, 0]);
    assert.match(
      stderr,
      /deploy: this deployment would delete the replica of the table of stage dev in eu-central-1: pass --regions eu-west-1,eu-central-1, or --remove-replicas /,
    );
  });

  it('keeps the replica if it is synthesised, and deletes it with --remove-replicas', async () => {
    assert.deepEqual(await deploy('eu-central-1').then(({ code, deployed }) => [code, deployed]), [0, 1]);
    assert.deepEqual(await deploy(undefined, '--remove-replicas').then(({ code }) => code), 0);
  });

  it('deletes what the regions knew of each other when one is left, because it may become one of several again', async () => {
    assert.deepEqual(await deploy(undefined, '--remove-replicas').then(({ deletedItems }) => deletedItems), 2);
    assert.deepEqual(await deploy('eu-central-1', '--remove-replicas').then(({ deletedItems }) => deletedItems), 0);
  });
});

describe('npm run deploy in a region that has a replica', () => {
  const OWN = { SecretArn: { Value: { Ref: 'StageSecret1A2B3C4D' } } };

  /** Deploys a data stack with these outputs to a region whose stage uses a table. */
  async function deploy(outputs: object, deployed = '') {
    const { DescribeStacks, ...others } = { ...stageOnAws(), ...accountOnAws() };
    const answers: Answers = {
      ...others,
      DescribeStacks: (request) => {
        assert.ok(typeof DescribeStacks === 'function');
        const { body, ...answer } = DescribeStacks(request);
        return { ...answer, body: String(body).replace('<Outputs>', `<Outputs>${deployed}`) };
      },
    };
    await using programs = await fakePrograms({ 'node_modules/.bin/cdk': 0 });
    const folder = join(programs.folder, 'cdk.out');
    await writeAssembly(folder);
    await writeFile(join(folder, 'stampede-dev-data.template.json'), JSON.stringify({ Outputs: outputs }));
    await using aws = await startFakeAws(answers);
    const options = { cwd: programs.folder, env: aws.env };
    const { code, stderr } = await runEntry('scripts/deploy.ts', ['--yes', '--skip-checks'], options);
    return { code, stderr, deployed: (await programs.started()).filter((line) => line.includes(' deploy ')).length };
  }

  it('is refused without --regions: it would create an empty table there', async () => {
    const { code, stderr, deployed } = await deploy(OWN);
    assert.deepEqual([code, deployed], [1, 0]);
    assert.match(
      stderr,
      /deploy: stage dev in eu-west-1 uses the replica \S+ of another region's table, and this deployment would create an empty table: pass --regions <home region>,eu-west-1/,
    );
  });

  it('deploys with the replica, and elsewhere with the own table', async () => {
    assert.equal(
      (await deploy({ SecretArn: { Value: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-aBcDeF' } })).code,
      0,
    );
    const output = (name: string) =>
      `<member><OutputKey>${name}</OutputKey><OutputValue>stampede-dev</OutputValue></member>`;
    const own = await deploy(OWN, output('ExportsOutputRefStageSecret1A2B3C4D5E6F7A8B'));
    assert.equal(own.code, 0, own.stderr);
  });
});

describe('npm run deploy of a stage that uses a restored table', () => {
  const RESTORED = 'stampede-dev-20261122-080005';
  const OWN = { Ref: 'TimestampsTable1A2B3C4D' };
  const EXPORT = { ExportsOutputRefTimestampsTable1A2B3C4D5E6F7A8B: 'stampede-dev-own' };

  /** Deploys a template that uses a table to a stage with these outputs. */
  async function deploy(table: unknown, outputs: Readonly<Record<string, string>>, ...args: readonly string[]) {
    const { DescribeStacks, ...others } = { ...stageOnAws(), ...accountOnAws() };
    const answers: Answers = {
      ...others,
      DescribeStacks: (request) => {
        assert.ok(typeof DescribeStacks === 'function');
        if (request.params['StackName'] !== 'stampede-dev-data') return DescribeStacks(request);
        const member = Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
        const [StackName, StackStatus] = ['stampede-dev-data', 'UPDATE_COMPLETE'];
        const stack = { StackId: 'arn', StackName, StackStatus, Outputs: { member } };
        return queryAnswer('DescribeStacks', { Stacks: { member: [stack] } });
      },
    };
    await using programs = await fakePrograms({ 'node_modules/.bin/cdk': 0 });
    const folder = join(programs.folder, 'cdk.out');
    await writeAssembly(folder);
    const template = { Outputs: { TableName: { Value: table } } };
    await writeFile(join(folder, 'stampede-dev-data.template.json'), JSON.stringify(template));
    await using aws = await startFakeAws(answers);
    const options = { cwd: programs.folder, env: aws.env };
    const all = ['--yes', '--skip-checks', ...args];
    const { code, stderr } = await runEntry('scripts/deploy.ts', all, options);
    return { code, stderr, deployed: (await programs.started()).filter((line) => line.includes(' deploy ')).length };
  }

  it('is refused without tableName: it would return to the table of the template', async () => {
    const { code, stderr, deployed } = await deploy(OWN, { TableName: RESTORED, ...EXPORT });
    assert.deepEqual([code, deployed], [1, 0]);
    assert.match(
      stderr,
      new RegExp(
        `deploy: stage dev uses the table ${RESTORED}, and this deployment would replace it with stampede-dev-own: ` +
          `pass --set tableName=${RESTORED} to keep it, or --set tableName= to use the table of the template\\n$`,
      ),
    );
  });

  it('is refused without tableName after the table left the template, which would create an empty one', async () => {
    const { code, stderr } = await deploy(OWN, { TableName: RESTORED });
    assert.equal(code, 1);
    assert.match(stderr, /would replace it with the one of the template: pass --set tableName=stampede-dev-2026/);
  });

  it('goes on with tableName: with the restored table, or expressly with that of the template', async () => {
    const outputs = { TableName: RESTORED, ...EXPORT };
    const kept = await deploy(RESTORED, outputs, '--set', `tableName=${RESTORED}`);
    assert.deepEqual([kept.code, kept.deployed], [0, 1], kept.stderr);
    const returned = await deploy(OWN, outputs, '--set', 'tableName=');
    assert.deepEqual([returned.code, returned.deployed], [0, 1], returned.stderr);
  });

  it('needs no setting while the stage uses the table of the template, or is deployed for the first time', async () => {
    for (const outputs of [{ TableName: 'stampede-dev-own', ...EXPORT }, {}]) {
      const { code, stderr } = await deploy(OWN, outputs);
      assert.equal(code, 0, stderr);
    }
  });
});

describe('npm run deploy -- --regions with another home region than before', () => {
  it('is refused: the new home region has a replica of the table, and no table', async () => {
    await using programs = await fakePrograms({ 'node_modules/.bin/cdk': 0 });
    const folder = join(programs.folder, 'cdk.out/eu-central-1-all');
    await writeAssembly(folder, 'dev', 'eu-central-1');
    const Outputs = { SecretArn: { Value: { Ref: 'StageSecret1A2B3C4D' } } };
    await writeFile(join(folder, 'stampede-dev-data.template.json'), JSON.stringify({ Outputs }));
    const deployed = { ...stageOnAws(), ...accountOnAws() };
    await using aws = await startFakeAws(regionsOnAws({ 'eu-west-1': deployed, 'eu-central-1': deployed }));
    const args = ['--regions', 'eu-central-1,eu-west-1', '--yes', '--skip-checks'];
    const options = { cwd: programs.folder, env: { ...aws.env, AWS_REGION: undefined } };
    const { code, stderr } = await runEntry('scripts/deploy.ts', args, options);
    assert.equal(code, 1);
    assert.match(stderr, /deploy: stage dev in eu-central-1 uses the replica \S+ of another region's table/);
    assert.deepEqual(
      (await programs.started()).filter((line) => line.includes(' deploy ')),
      [],
    );
  });
});
