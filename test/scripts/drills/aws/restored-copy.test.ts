import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type DynamoDBClient, ListTablesCommand, UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import { becomesTrue } from '../../../../scripts/cli/wait.ts';
import { prepareRestore } from '../../../../scripts/drills/aws/faults/restored-copy.ts';
import { startFakeAws } from '../../aws/fake-aws.ts';
import { fakePrograms } from '../../fake-programs.ts';
import { dataStackOnAws, SOURCE, startDatabaseWithBackups } from '../../restore/example.ts';
import { blockAt, put } from '../../table/tables.ts';
import { snapshotExample } from './snapshot-example.ts';

const HOUR_MS = 3_600_000;
/** On a day before today, so that it is compared. */
const noon = (Date.now() - 48 * HOUR_MS) * 1_000;
const DEADLINE_MS = 60_000;

/** A stage whose table has recorded for an hour, in this process's environment and folder. */
async function onStage(test: (client: DynamoDBClient) => Promise<void>) {
  const { client, endpoint, clock } = await startDatabaseWithBackups(Date.now() - HOUR_MS);
  await put({ client, name: SOURCE }, blockAt([1, 2, 3], { noon }), {
    pk: 'days',
    sk: new Date(noon / 1_000).toISOString().slice(0, 10),
    shards: 1,
  });
  clock.nowMs = Date.now();
  await using aws = await startFakeAws(dataStackOnAws());
  await using folder = await fakePrograms({});
  Object.assign(process.env, { ...aws.env, AWS_ENDPOINT_URL_DYNAMODB: endpoint });
  process.chdir(folder.folder);
  try {
    await test(client);
  } finally {
    process.chdir(root);
  }
}

const root = process.cwd();
const tablesOf = async (client: DynamoDBClient) => (await client.send(new ListTablesCommand())).TableNames;

describe('the restore of a drill on AWS', () => {
  const saved = { ...process.env };
  before(() => Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true', NO_COLOR: '1' }));
  after(() => {
    process.env = saved;
  });

  it('restores a copy beside the table, compares the two, removes the copy, and says how long it took', () =>
    onStage(async (client) => {
      const fault = prepareRestore({ stage: 'dev' });
      assert.match(fault.intent, /^restore the table of dev as of 10 minutes ago to a copy, compare the two, /);
      assert.match((await fault.price?.()) ?? '', /^the restore about 0\.00 USD for 0\.0 GB/);
      assert.match(await fault.cause(), /^restore of the table as of \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
      assert.equal(await becomesTrue(async () => await fault.isOver(snapshotExample()), DEADLINE_MS), true);
      assert.match(
        fault.overText?.() ?? '',
        /^stampede-dev can be restored within \d+ s; .*: it is equal to the source /,
      );
      assert.deepEqual(await tablesOf(client), [SOURCE]);
      await fault.restore();
    }));

  it('fails the drill with the reason if the table cannot be restored', () =>
    onStage(async (client) => {
      const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: false };
      await client.send(new UpdateContinuousBackupsCommand({ TableName: SOURCE, PointInTimeRecoverySpecification }));
      const fault = prepareRestore({ stage: 'dev' });
      await fault.cause();
      const isOver = becomesTrue(async () => await fault.isOver(snapshotExample()), DEADLINE_MS);
      await assert.rejects(isOver, /^OperatorError: the restore failed: restore: point-in-time recovery of .* is off/);
      await fault.restore();
    }));

  it('says what removes the copy if the drill ends before the restore', () =>
    onStage(async (client) => {
      const fault = prepareRestore({ stage: 'dev' });
      await fault.cause();
      const hasBegun = async () => ((await tablesOf(client)) ?? []).length === 2;
      assert.equal(await becomesTrue(hasBegun, DEADLINE_MS, 5), true);
      await assert.rejects(
        fault.restore(),
        /^OperatorError: the copy stampede-dev-\S+ is left: npm run restore -- --stage dev --at \S+ --verify-only goes on, and removes it$/,
      );
    }));
});
