import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeContributorInsightsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  ScanCommand,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { EXPIRES_TAG } from '../../infra/contract.ts';
import { encodeBlock } from '../../server/timestamps/block.ts';
import { startFakeAws } from './aws/fake-aws.ts';
import { stageOnAws } from './aws/stage-on-aws.ts';
import { fakePrograms } from './fake-programs.ts';
import { BEGIN_MS, dataStackOnAws, dataTemplate, SOURCE, startDatabaseWithBackups } from './restore/example.ts';
import { runEntry } from './run-entry.ts';
import { blockAt, put, remove } from './table/tables.ts';

const EARLY = blockAt([1, 2, 3]);
const LATE = blockAt([7]);
const LATE_MICROS = (BEGIN_MS + 10_000) * 1_000;
const USER = { pk: 'users', sk: 'u1', username: 'ada', email: 'ada@example.com', createdAt: LATE_MICROS - 86_400e6 };
const AT = '2026-11-22T08:00:05.000Z';

/** A stage with a block that is older than AT and one that is not, and `npm` and `aws` that end as given. */
async function stageWithBlocks(
  programs: Readonly<Record<string, number | string>> = {},
  template?: object,
  others: readonly Record<string, unknown>[] = [],
  missingStacks: readonly string[] = [],
) {
  const { client, endpoint, clock } = await startDatabaseWithBackups();
  const table = { client, name: SOURCE };
  clock.nowMs = BEGIN_MS + 1_000;
  await put(table, EARLY, { pk: 'days', sk: '2026-11-21', shards: 16 }, USER, ...others);
  clock.nowMs = BEGIN_MS + 10_000;
  await put(table, LATE, { ...USER, sk: 'u2', createdAt: LATE_MICROS });
  clock.nowMs = BEGIN_MS + 60_000;
  const fakes = await fakePrograms({ npm: 0, aws: 0, ...programs });
  const aws = await startFakeAws(dataStackOnAws(template, missingStacks));
  const env = { ...aws.env, AWS_ENDPOINT_URL_DYNAMODB: endpoint, PATH: `${fakes.folder}:${process.env['PATH']}` };
  return {
    client,
    table,
    fakes,
    run: (file: string, ...args: string[]) => runEntry(file, args, { cwd: fakes.folder, env }),
    restore: (...args: string[]) => runEntry('scripts/restore.ts', ['--yes', ...args], { cwd: fakes.folder, env }),
    tables: async () => (await client.send(new ListTablesCommand())).TableNames ?? [],
    record: async () => {
      const folder = join(fakes.folder, '.data/restores');
      const [file = ''] = await readdir(folder);
      return JSON.parse(await readFile(join(folder, file), 'utf8'));
    },
    [Symbol.asyncDispose]: async () => {
      await aws[Symbol.asyncDispose]();
      await fakes[Symbol.asyncDispose]();
    },
  };
}

describe('npm run restore', () => {
  it('restores the table with its settings, verifies it, and deploys the stage with it', async () => {
    await using stage = await stageWithBlocks();
    await remove(stage.table, LATE);
    const { code, stdout, stderr } = await stage.restore('--at', AT, '--set', 'nat=single');
    assert.equal(code, 0, stderr);
    const [, restored = ''] = (await stage.tables()).toSorted();
    assert.match(restored, /^stampede-dev-\d{8}-\d{6}$/);

    const { Items = [] } = await stage.client.send(new ScanCommand({ TableName: restored }));
    assert.deepEqual(Items.map(({ sk }) => sk?.S).toSorted(), ['2026-11-21', encodeBlock(EARLY).sk, 'u1']);

    assert.match(stdout, /^restores {2}the table stampede-dev as of 2026-11-22T08:00:05.000Z\n/);
    assert.match(stdout, /\ncosts {5}about 0\.00 USD for 0\.0 GB /);
    assert.match(stdout, /\ntakes {5}minutes to hours; no restore of this stage is recorded here\n/);
    assert.match(
      stdout,
      /\nthe stage uses stampede-dev-\S+ after \d+ s: it is equal to the source in its days up to 2026-11-21: 1 days with 3 timestamps, 1 users\n/,
    );
    assert.deepEqual(await stage.fakes.started(), [
      `npm run deploy -- --stage dev --ami ami-0123456789abcdef0 --set waf=true --set nat=single --set tableName=${restored} --yes`,
    ]);
    const { verdict, rtoSeconds, steps, ...record } = await stage.record();
    assert.deepEqual(Object.keys(steps), ['requested', 'restored', 'configured', 'verified', 'used']);
    assert.deepEqual(
      { at: record.at, source: record.source, table: record.table, comparison: record.comparison },
      { at: AT, source: SOURCE, table: restored, comparison: 'equal' },
    );
    assert.match(verdict, /^the stage uses/);
    assert.equal(typeof rtoSeconds, 'number');
    await assertSettings(stage.client, restored);
  });

  it('names a command that exports what was acknowledged after the restored time from the old table', async () => {
    await using stage = await stageWithBlocks();
    await remove(stage.table, LATE);
    const later = blockAt([0], { noon: LATE_MICROS });
    await put(stage.table, { pk: 'days', sk: '2026-11-22', shards: 1 }, later);
    const { code, stdout, stderr } = await stage.restore('--at', AT);
    assert.equal(code, 0, stderr);
    const words =
      /: (?<command>npm run export -- .*) writes them$/m.exec(stdout)?.groups?.['command']?.split(' ') ?? [];
    const exported = await stage.run('scripts/export.ts', ...words.slice(4));
    assert.equal(exported.code, 0, exported.stderr);
    assert.match(exported.stdout, /\r\n2026-11-22T08:00:10\.000000Z,.*\r\n$/);
    assert.equal(exported.stdout.split('\r\n').length, 3);
  });

  it('deploys the image and the settings of the last deployment, unless another one is named, such as the promoted one', async () => {
    await using stage = await stageWithBlocks();
    const images = [
      [[], '--ami ami-0123456789abcdef0'],
      [['--ami', 'current'], '--ami current'],
      [['--ami', 'ami-0fedcba9876543210'], '--ami ami-0fedcba9876543210'],
    ] as const;
    for (const [args, image] of images) {
      const { code, stdout, stderr } = await stage.restore('--at', AT, '--dry-run', ...args);
      assert.equal(code, 0, stderr);
      assert.match(
        stdout,
        new RegExp(`\n\\$ npm run deploy -- --stage dev ${image} --set nat=per-az --set waf=true --set tableName=`),
      );
    }
  });

  it('refuses a temporary stage, which it would deploy without an end', async () => {
    const stacks = stageOnAws({ tags: { [EXPIRES_TAG]: '2026-11-28T08:00:00Z' } });
    const { DescribeStacks: _, ...data } = dataStackOnAws();
    await using aws = await startFakeAws({ ...stacks, ...data });
    const { code, stdout, stderr } = await runEntry('scripts/restore.ts', ['--yes', '--at', AT], { env: aws.env });
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^restore: stage dev is temporary and ends at 2026-11-28T08:00:00Z: expected --verify-only, /);
  });

  it('refuses a stage whose image is unknown, before it begins', async () => {
    await using stage = await stageWithBlocks({}, undefined, [], ['stampede-dev-service']);
    const refused = await stage.restore('--at', AT);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /^restore: stage dev has no stack stampede-dev-service that says which image it launches: pass --ami /,
    );
    assert.deepEqual(await stage.tables(), [SOURCE]);
    const verified = await stage.restore('--at', AT, '--verify-only', '--dry-run');
    assert.equal(verified.code, 0, verified.stderr);
  });

  it('removes the table again with --verify-only, and says how long the last restore took', async () => {
    await using stage = await stageWithBlocks();
    await remove(stage.table, LATE);
    const first = await stage.restore('--at', AT, '--verify-only');
    assert.equal(first.code, 0, first.stderr);
    assert.match(
      first.stdout,
      /\nstampede-dev can be restored within \d+ s; the copy was verified and removed: it is equal /,
    );
    assert.deepEqual([await stage.tables(), await stage.fakes.started()], [[SOURCE], []]);
    const second = await stage.restore('--at', AT, '--dry-run');
    assert.match(
      second.stdout,
      /\ntakes {5}the last time \(\d{4}-\d\d-\d\d, 0\.0 GB\) \d+ s until AWS was done, \d+ s in all\n/,
    );
    assert.deepEqual(await stage.tables(), [SOURCE]);
  });

  it('does not use a table that differs, and goes on with the same one if told to', async () => {
    await using stage = await stageWithBlocks();
    await remove(stage.table, EARLY);
    const refused = await stage.restore('--at', AT);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /\nrestore: stampede-dev-\S+ differs from stampede-dev in 2026-11-21\. Look at the lines /,
    );
    assert.deepEqual(await stage.fakes.started(), []);
    const accepted = await stage.restore('--at', AT, '--accept-differences');
    assert.equal(accepted.code, 0, accepted.stderr);
    assert.match(accepted.stdout, /\nGoes on with the restore of \S+: requested, restored, configured\n/);
    assert.match(accepted.stdout, /: it differs from the source in 2026-11-21\n/);
    assert.equal((await stage.tables()).length, 2);
  });

  it('finds a user of whom the source has other data', async () => {
    await using stage = await stageWithBlocks();
    await remove(stage.table, LATE);
    await put(stage.table, { ...USER, email: 'other@example.com' });
    const { code, stdout, stderr } = await stage.restore('--at', AT);
    assert.equal(code, 1);
    assert.match(stdout, /\nusers: 1 items .*; first difference: users u1 is different in the other table\n/);
    assert.match(stderr, /\nrestore: stampede-dev-\S+ differs from stampede-dev in users\. Look at /);
  });

  it('fails with --verify-only if there was nothing to compare', async () => {
    await using stage = await stageWithBlocks();
    for (const item of [EARLY, LATE, USER]) await remove(stage.table, item);
    const { code, stdout, stderr } = await stage.restore('--at', '2026-11-22T08:00:00Z', '--verify-only');
    assert.equal(code, 1);
    assert.match(
      stdout,
      /\nthe copy of stampede-dev was removed after \d+ s, and it proves nothing: nothing was compared: /,
    );
    assert.match(
      stderr,
      /\nrestore: the copy is not verified: nothing was compared: neither table has blocks or users in its days up to 2026-11-21\. Choose /,
    );
    assert.equal((await stage.record()).comparison, 'nothing to compare');
    assert.deepEqual(await stage.tables(), [SOURCE]);
  });

  it('fails with --verify-only if a block cannot be decoded', async () => {
    const block = { ...encodeBlock(blockAt([5])), lines: 'damaged' };
    await using stage = await stageWithBlocks({}, undefined, [block]);
    await remove(stage.table, LATE);
    const { code, stdout, stderr } = await stage.restore('--at', AT, '--verify-only', '--accept-differences');
    assert.equal(code, 1);
    assert.match(stdout, /\ncannot be decoded: 2026-11-21#00 /);
    assert.match(
      stderr,
      /\nrestore: the copy is not verified: it is equal to the source .*, but 1 of its blocks cannot /,
    );
    assert.equal((await stage.record()).damaged, 1);
    assert.deepEqual(await stage.tables(), [SOURCE]);
  });

  it('goes on where it was interrupted: the deployment alone is repeated', async () => {
    await using stage = await stageWithBlocks({ npm: 'test -e npm-failed && exit 0; touch npm-failed; exit 1' });
    await remove(stage.table, LATE);
    const interrupted = await stage.restore('--at', AT);
    assert.equal(interrupted.code, 1);
    assert.match(interrupted.stderr, /\nrestore: npm exited with 1/);
    const { code, stdout, stderr } = await stage.restore('--at', AT);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\nGoes on with the restore of \S+: requested, restored, configured, verified\n/);
    assert.doesNotMatch(stderr, /Reading the days/);
    assert.equal((await stage.tables()).length, 2);
  });

  it('names the backup of a deleted table, and restores its last state from it', async () => {
    await using stage = await stageWithBlocks();
    await stage.client.send(new DeleteTableCommand({ TableName: SOURCE }));
    const waiting = { client: stage.client, maxWaitTime: 10, minDelay: 0.1, maxDelay: 0.1 };
    await waitUntilTableNotExists(waiting, { TableName: SOURCE });
    const gone = await stage.restore('--at', AT);
    assert.equal(gone.code, 1);
    const backup = /pass --backup (?<arn>\S+) instead of --at/.exec(gone.stderr)?.groups?.['arn'] ?? '';
    assert.match(backup, /^arn:aws:dynamodb:/, gone.stderr);
    const unproven = await stage.restore('--backup', backup, '--verify-only');
    assert.equal(unproven.code, 1);
    assert.match(unproven.stderr, /\nrestore: the copy is not verified: the source is gone, so it was not compared\. /);
    const { code, stdout, stderr } = await stage.restore('--backup', backup);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /: the source is gone, so it was not compared\n/);
    const [restored = ''] = await stage.tables();
    const { Count } = await stage.client.send(new ScanCommand({ TableName: restored }));
    assert.equal(Count, 5);
  });

  it('does not deploy a stage of several regions, as the new table has no replica', async () => {
    await using stage = await stageWithBlocks({}, dataTemplate([{ Region: 'eu-central-1' }]));
    await remove(stage.table, LATE);
    const { code, stdout, stderr } = await stage.restore('--at', AT);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\nthen {6}leaves the deployment to you: the stage has 2 regions, /);
    assert.match(
      stdout,
      /\nstampede-dev-\S+ is restored after \d+ s, and the stage does not use it yet: it is equal to the source /,
    );
    assert.match(stdout, /\nCreate the replicas of stampede-dev-\S+, then deploy with --regions: /);
    assert.match(stdout, /The deployment of one region is: npm run deploy -- --stage dev --ami \S+ --set tableName=/);
    assert.deepEqual(await stage.fakes.started(), []);
    assert.equal((await stage.tables()).length, 2);
  });

  it('removes from the new table what the regions knew of each other, after which they would wait', async () => {
    const heartbeats = ['eu-central-1', 'eu-west-1'].map((sk) => ({ pk: 'regions', sk, at: 1, since: 1, sees: {} }));
    await using stage = await stageWithBlocks({}, dataTemplate([{ Region: 'eu-central-1' }]), heartbeats);
    await remove(stage.table, LATE);
    const { code, stdout, stderr } = await stage.restore('--at', AT);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /\nthen {6}removes what the regions knew of each other then: otherwise settledUntil would wait /,
    );
    const [, restored = ''] = (await stage.tables()).toSorted();
    const { Items = [] } = await stage.client.send(new ScanCommand({ TableName: restored }));
    assert.deepEqual(Items.map(({ pk }) => pk?.S).toSorted(), ['2026-11-21#00', 'days', 'users']);
  });

  it('restores a recovery point by a job of AWS Backup, with the role and the key of the stage', async () => {
    const backup = 'arn:aws:backup:eu-west-1:111122223333:recovery-point:1EB3B5E7';
    const point = {
      ...{ Status: 'COMPLETED', CreationDate: '2026-11-22T08:00:05Z', BackupSizeInBytes: 1_024 },
      ResourceArn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/stampede-dev',
    };
    const answers = `case "$2" in
      describe-recovery-point) echo '${JSON.stringify(point)}';;
      start-restore-job) echo '{"RestoreJobId":"job-1"}';;
      *) echo '{"Status":"FAILED","StatusMessage":"no rights"}';;
    esac`;
    await using stage = await stageWithBlocks({ aws: answers });
    const { code, stdout, stderr } = await stage.restore('--backup', backup);
    assert.equal(code, 1);
    assert.match(stdout, /^restores {2}arn:aws:backup:\S+\n/);
    assert.match(stderr, /\nrestore: AWS Backup could not restore the table \(FAILED\): no rights\n$/);
    const { table, job, at, verdict } = await stage.record();
    assert.deepEqual([job, at], ['job-1', '2026-11-22T08:00:05.000Z']);
    // The same command begins anew.
    assert.equal(verdict, 'AWS Backup could not restore the table (FAILED): no rights');
    const metadata = {
      ...{ targetTableName: table, encryptionType: 'KMS' },
      kmsMasterKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/5f0c1b5e-0000-4000-8000-000000000000',
    };
    assert.deepEqual(await stage.fakes.started(), [
      `aws backup describe-recovery-point --backup-vault-name stampede-dev-vault --recovery-point-arn ${backup} --output json`,
      `aws backup start-restore-job --recovery-point-arn ${backup} --iam-role-arn ` +
        'arn:aws:iam::111122223333:role/stampede-dev-restore-role --resource-type DynamoDB ' +
        `--idempotency-token ${table} --metadata ${JSON.stringify(metadata)} --output json`,
      'aws backup describe-restore-job --restore-job-id job-1 --output json',
    ]);
  });

  it('refuses times and stages that cannot be restored, before it begins', async () => {
    await using stage = await stageWithBlocks();
    const cases = [
      [
        ['--at', '2026-11-20', '--verify-only'],
        1,
        /^restore: --at is 2026-11-20T00:00:00.000Z: expected 2026-11-22T08:00:00/,
      ],
      [[], 2, /^restore: expected either --at with a time or --backup with the ARN /],
      [['--at', AT, '--set', 'tableName=other'], 2, /^restore: --set is 'tableName=other': the restore sets the name /],
    ] as const;
    for (const [args, exitCode, message] of cases) {
      const { code, stderr } = await stage.restore(...args);
      assert.equal(code, exitCode);
      assert.match(stderr, message);
    }
    assert.deepEqual(await stage.tables(), [SOURCE]);
  });
});

/** The restored table has what the template gives to the stage's table. */
async function assertSettings(client: Awaited<ReturnType<typeof stageWithBlocks>>['client'], TableName: string) {
  const { Table: table } = await client.send(new DescribeTableCommand({ TableName }));
  const { ContinuousBackupsDescription } = await client.send(new DescribeContinuousBackupsCommand({ TableName }));
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  const insights = await client.send(new DescribeContributorInsightsCommand({ TableName }));
  const { Tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn: table?.TableArn }));
  const { PointInTimeRecoveryStatus, RecoveryPeriodInDays } =
    ContinuousBackupsDescription?.PointInTimeRecoveryDescription ?? {};
  assert.deepEqual(
    {
      limits: table?.OnDemandThroughput,
      warm: table?.WarmThroughput?.WriteUnitsPerSecond,
      isProtected: table?.DeletionProtectionEnabled,
      recovery: [PointInTimeRecoveryStatus, RecoveryPeriodInDays],
      timeToLive: TimeToLiveDescription?.AttributeName,
      insights: insights.ContributorInsightsStatus,
      tags: Tags,
    },
    {
      limits: { MaxReadRequestUnits: 4_000, MaxWriteRequestUnits: 8_000 },
      warm: 6_000,
      isProtected: true,
      recovery: ['ENABLED', 35],
      timeToLive: 'expires',
      insights: 'ENABLED',
      tags: [{ Key: 'Stage', Value: 'dev' }],
    },
  );
}
