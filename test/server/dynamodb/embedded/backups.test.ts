import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  CreateBackupCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeBackupCommand,
  DescribeContinuousBackupsCommand,
  DescribeContributorInsightsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ListBackupsCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  ScanCommand,
  TagResourceCommand,
  TransactWriteItemsCommand,
  UpdateContinuousBackupsCommand,
  UpdateContributorInsightsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { createDynamoDBClient, createTable } from '../../../../server/dynamodb/client.ts';
import { createEmbeddedServer } from '../../../../server/dynamodb/embedded/server.ts';
import { listenDuringTests } from '../../support/listen.ts';

let nowMs = Date.UTC(2026, 10, 27);
const clock = { now: () => nowMs };
const atOnce = { ...clock, restorableLagMs: 0 };

async function start(options: object): Promise<DynamoDBClient> {
  const endpoint = await listenDuringTests(createEmbeddedServer(options));
  const client = createDynamoDBClient({ endpoint });
  after(() => client.destroy());
  return client;
}

function databaseOf(client: DynamoDBClient) {
  const put = (TableName: string, pk: string, value = 'x') =>
    client.send(new PutItemCommand({ TableName, Item: { pk: { S: pk }, sk: { S: 'x' }, value: { S: value } } }));
  return {
    put,
    turnOn: (TableName: string) =>
      client.send(
        new UpdateContinuousBackupsCommand({
          TableName,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      ),
    /** Which items a table has, and their values. */
    read: async (TableName: string) => {
      const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
      return Object.fromEntries(Items.map(({ pk, value }) => [pk?.S, value?.S]));
    },
    untilActive: (TableName: string) =>
      waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.02, maxDelay: 0.05 }, { TableName }),
    untilGone: (TableName: string) =>
      waitUntilTableNotExists({ client, maxWaitTime: 10, minDelay: 0.1, maxDelay: 0.1 }, { TableName }),
    restoreTo: (SourceTableName: string, TargetTableName: string, RestoreDateTime?: Date) =>
      client.send(
        new RestoreTableToPointInTimeCommand({
          SourceTableName,
          TargetTableName,
          ...(RestoreDateTime ? { RestoreDateTime } : { UseLatestRestorableTime: true }),
        }),
      ),
    restoreFrom: (BackupArn: string | undefined, TargetTableName: string) =>
      client.send(new RestoreTableFromBackupCommand({ BackupArn, TargetTableName })),
    describe: async (TableName: string) => (await client.send(new DescribeTableCommand({ TableName }))).Table,
  };
}

/** Lets a second pass: tables are restored to whole seconds. */
function nextSecond(): Date {
  nowMs += 1_000;
  return new Date(nowMs);
}

const client = await start(atOnce);
const asOnAws = await start(clock);
const slow = await start({ ...atOnce, restoreMs: 60_000 });
const db = databaseOf(client);

describe('backups of the embedded database', { timeout: 60_000 }, () => {
  it('restores a table to a point in time: later changes are not in it', async () => {
    await createTable(client, 'changing');
    await db.put('changing', 'before continuous backups');
    await db.turnOn('changing');
    await db.put('changing', 'changed', 'old');
    await db.put('changing', 'deleted');
    const put = { Put: { TableName: 'changing', Item: { pk: { S: 'in a transaction' }, sk: { S: 'x' } } } };
    await client.send(new TransactWriteItemsCommand({ TransactItems: [put] }));
    const at = nextSecond();
    nextSecond();
    await db.put('changing', 'changed', 'new');
    await db.put('changing', 'added');
    await client.send(new DeleteItemCommand({ TableName: 'changing', Key: { pk: { S: 'deleted' }, sk: { S: 'x' } } }));
    await db.restoreTo('changing', 'at-a-time', at);
    await db.untilActive('at-a-time');
    assert.deepEqual(await db.read('at-a-time'), {
      'before continuous backups': 'x',
      changed: 'old',
      deleted: 'x',
      'in a transaction': undefined,
    });
    nextSecond();
    await db.restoreTo('changing', 'latest');
    await db.untilActive('latest');
    assert.deepEqual(await db.read('latest'), await db.read('changing'));
  });

  it('answers no request for items of a table that is being restored', async () => {
    const { turnOn, restoreTo, put, describe } = databaseOf(slow);
    await createTable(slow, 'source');
    await turnOn('source');
    nextSecond();
    await restoreTo('source', 'restoring');
    const { TableStatus, RestoreSummary } = (await describe('restoring')) ?? {};
    assert.deepEqual([TableStatus, RestoreSummary?.RestoreInProgress], ['CREATING', true]);
    await assert.rejects(put('restoring', 'x'), { name: 'ResourceNotFoundException' });
    await assert.rejects(turnOn('restoring'), { name: 'ContinuousBackupsUnavailableException' });
    await assert.rejects(restoreTo('restoring', 'another'), { name: 'TableInUseException' });
  });

  it('restores no table to a time of the last 5 minutes, unless told otherwise', async () => {
    const { turnOn, restoreTo } = databaseOf(asOnAws);
    await createTable(asOnAws, 'new');
    await turnOn('new');
    const at = nextSecond();
    await assert.rejects(restoreTo('new', 'restored', at), { name: 'InvalidRestoreTimeException' });
  });

  it('refuses what DynamoDB refuses', async () => {
    await createTable(client, 'plain');
    await assert.rejects(db.restoreTo('plain', 'target'), { name: 'PointInTimeRecoveryUnavailableException' });
    await assert.rejects(db.restoreTo('absent', 'target'), { name: 'TableNotFoundException' });
    await assert.rejects(db.restoreFrom('arn:aws:dynamodb:::table/plain/backup/1', 'target'), {
      name: 'BackupNotFoundException',
    });
    await db.turnOn('plain');
    nextSecond();
    await assert.rejects(db.restoreTo('plain', 'plain'), { name: 'TableAlreadyExistsException' });
    for (const at of [new Date(0), new Date(nowMs + 60_000)])
      await assert.rejects(db.restoreTo('plain', 'target', at), { name: 'InvalidRestoreTimeException' });
    const both = { SourceTableName: 'plain', TargetTableName: 'target', UseLatestRestorableTime: true };
    await assert.rejects(client.send(new RestoreTableToPointInTimeCommand({ ...both, RestoreDateTime: new Date() })), {
      name: 'ValidationException',
    });
  });

  it('keeps a copy of a deleted table that had continuous backups, and restores it', async () => {
    await createTable(client, 'lost');
    await db.turnOn('lost');
    await db.put('lost', 'last');
    await client.send(new DeleteTableCommand({ TableName: 'lost' }));
    await assert.rejects(db.put('lost', 'too late'), { name: 'ResourceNotFoundException' });
    await assert.rejects(db.restoreTo('lost', 'target'), /Table(InUse|NotFound)Exception/);
    await db.untilGone('lost');
    const list = new ListBackupsCommand({ TableName: 'lost', BackupType: 'SYSTEM' });
    const { BackupSummaries: [copy] = [] } = await client.send(list);
    assert.equal(copy?.BackupName, 'lost$DeletedTableBackup');
    await db.restoreFrom(copy?.BackupArn, 'lost');
    await db.untilActive('lost');
    assert.deepEqual(await db.read('lost'), { last: 'x' });
    await db.put('lost', 'new');
  });

  it('keeps no copy of a deleted table without continuous backups', async () => {
    await createTable(client, 'gone');
    await client.send(new DeleteTableCommand({ TableName: 'gone' }));
    const list = new ListBackupsCommand({ TableName: 'gone', BackupType: 'ALL' });
    assert.deepEqual((await client.send(list)).BackupSummaries, []);
  });

  it('restores the items of an on-demand backup, also after its table is deleted', async () => {
    await createTable(client, 'backed-up');
    await db.put('backed-up', 'before');
    const create = new CreateBackupCommand({ TableName: 'backed-up', BackupName: 'daily' });
    const { BackupDetails } = await client.send(create);
    await db.put('backed-up', 'after');
    await client.send(new DeleteTableCommand({ TableName: 'backed-up' }));
    const describe = new DescribeBackupCommand({ BackupArn: BackupDetails?.BackupArn });
    const { BackupDescription } = await client.send(describe);
    assert.equal(BackupDescription?.SourceTableDetails?.TableName, 'backed-up');
    await db.restoreFrom(BackupDetails?.BackupArn, 'from-backup');
    await db.untilActive('from-backup');
    assert.deepEqual(await db.read('from-backup'), { before: 'x' });
  });

  it('restores a table without protection, expiry, tags, insights and continuous backups', async () => {
    await createTable(client, 'configured');
    await db.turnOn('configured');
    const TableName = 'configured';
    const TimeToLiveSpecification = { Enabled: true, AttributeName: 'expires' };
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    await client.send(new UpdateContributorInsightsCommand({ TableName, ContributorInsightsAction: 'ENABLE' }));
    const maximum = { MaxWriteRequestUnits: 100 };
    await client.send(
      new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true, OnDemandThroughput: maximum }),
    );
    const source = await db.describe(TableName);
    const Tags = [{ Key: 'stage', Value: 'dev' }];
    await client.send(new TagResourceCommand({ ResourceArn: source?.TableArn, Tags }));
    await assert.rejects(client.send(new DeleteTableCommand({ TableName })), /protected against deletion/);
    await assert.rejects(
      client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification })),
      /already enabled/,
    );

    const settingsOf = async (name: string) => {
      const table = await db.describe(name);
      const [expiry, insights, backups, tags] = await Promise.all([
        client.send(new DescribeTimeToLiveCommand({ TableName: name })),
        client.send(new DescribeContributorInsightsCommand({ TableName: name })),
        client.send(new DescribeContinuousBackupsCommand({ TableName: name })),
        client.send(new ListTagsOfResourceCommand({ ResourceArn: table?.TableArn })),
      ]);
      return {
        isProtected: table?.DeletionProtectionEnabled,
        maximum: table?.OnDemandThroughput,
        expiry: expiry.TimeToLiveDescription?.TimeToLiveStatus,
        insights: insights.ContributorInsightsStatus,
        backups: backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus,
        tags: tags.Tags,
      };
    };
    const enabled = { expiry: 'ENABLED', insights: 'ENABLED', backups: 'ENABLED' };
    assert.deepEqual(await settingsOf(TableName), { isProtected: true, maximum, ...enabled, tags: Tags });
    nextSecond();
    await db.restoreTo(TableName, 'unconfigured');
    await db.untilActive('unconfigured');
    const disabled = { expiry: 'DISABLED', insights: 'DISABLED', backups: 'DISABLED' };
    assert.deepEqual(await settingsOf('unconfigured'), {
      isProtected: false,
      maximum: undefined,
      ...disabled,
      tags: [],
    });
  });
});
