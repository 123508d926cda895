import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  DeleteItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  RestoreTableToPointInTimeCommand,
  TransactWriteItemsCommand,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { createDynamoDBClient, createTable } from '../../../../server/dynamodb/client.ts';
import { makeReplica, type ReplicatedWrite } from '../../../../server/dynamodb/embedded/replica.ts';
import { createEmbeddedServer } from '../../../../server/dynamodb/embedded/server.ts';
import { listenDuringTests } from '../../support/listen.ts';
import { until } from '../../support/until.ts';

const TableName = 'global';
let nowMicros = 1_000_000;

async function startReplica(region: string) {
  const written: ReplicatedWrite[] = [];
  let replica: ReturnType<typeof makeReplica> | undefined;
  const server = createEmbeddedServer({
    ...{ now: () => nowMicros / 1_000, restorableLagMs: 0 },
    extend: (store) => {
      replica = makeReplica(store, {
        ...{ table: TableName, region, nowMicros: () => nowMicros },
        onWrite: (write) => written.push(write),
      });
    },
  });
  const client = createDynamoDBClient({ endpoint: await listenDuringTests(server) });
  after(() => client.destroy());
  await createTable(client, TableName);
  return { client, written, apply: async (write: ReplicatedWrite) => replica?.apply(write) };
}

const keyOf = (pk: string) => ({ pk: { S: pk }, sk: { S: 'x' } });
const itemOf = (pk: string, value: string) => ({ ...keyOf(pk), value: { S: value } });

function put(client: DynamoDBClient, pk: string, value: string) {
  return client.send(new PutItemCommand({ TableName, Item: itemOf(pk, value) }));
}

async function storedValue(client: DynamoDBClient, pk: string) {
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf(pk), ConsistentRead: true }));
  return Item?.['value']?.S;
}

describe('replicas of a global table', async () => {
  const [home, other] = [await startReplica('eu-west-1'), await startReplica('eu-central-1')];

  /** Replicates everything that was written in either region since the last time. */
  async function replicate() {
    const writes = [home.written.splice(0), other.written.splice(0)] as const;
    for (const write of writes[0]) await other.apply(write);
    for (const write of writes[1]) await home.apply(write);
  }

  it('store a write in the other region when it is replicated, and do not return it', async () => {
    await put(home.client, 'one', 'home');
    assert.equal(await storedValue(other.client, 'one'), undefined);
    await replicate();
    assert.equal(await storedValue(other.client, 'one'), 'home');
    assert.deepEqual(other.written, []);
  });

  it('keep the last write of an item in both regions, whichever arrives first', async () => {
    await put(home.client, 'two', 'earlier');
    nowMicros += 1_000;
    await put(other.client, 'two', 'later');
    await replicate();
    assert.equal(await storedValue(home.client, 'two'), 'later');
    assert.equal(await storedValue(other.client, 'two'), 'later');
  });

  it('agree on one of two writes at the same time', async () => {
    nowMicros += 1_000;
    await put(home.client, 'same', 'of eu-west-1');
    await put(other.client, 'same', 'of eu-central-1');
    await replicate();
    assert.equal(await storedValue(home.client, 'same'), 'of eu-west-1');
    assert.equal(await storedValue(other.client, 'same'), 'of eu-west-1');
  });

  it('replicate deletions', async () => {
    nowMicros += 1_000;
    await home.client.send(new DeleteItemCommand({ TableName, Key: keyOf('one') }));
    await replicate();
    assert.equal(await storedValue(other.client, 'one'), undefined);
  });

  it('replicate transactions item by item', async () => {
    nowMicros += 1_000;
    const TransactItems = ['three', 'four'].map((pk) => ({ Put: { TableName, Item: itemOf(pk, 'both') } }));
    await home.client.send(new TransactWriteItemsCommand({ TransactItems }));
    const [first, second] = home.written.splice(0);
    assert.ok(first && second);
    await other.apply(first);
    assert.deepEqual(
      [await storedValue(other.client, 'three'), await storedValue(other.client, 'four')],
      ['both', undefined],
    );
    await other.apply(second);
    assert.equal(await storedValue(other.client, 'four'), 'both');
  });

  it('do not report a write whose condition failed', async () => {
    const refused = home.client.send(
      new PutItemCommand({ TableName, Item: itemOf('three', 'x'), ConditionExpression: 'attribute_not_exists(pk)' }),
    );
    await assert.rejects(refused, { name: 'ConditionalCheckFailedException' });
    assert.deepEqual(home.written, []);
  });

  it('have the writes of the other region in their continuous backups', async () => {
    const backups = { PointInTimeRecoveryEnabled: true };
    await other.client.send(
      new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification: backups }),
    );
    nowMicros += 1_000_000;
    await put(home.client, 'five', 'home');
    await replicate();
    nowMicros += 5_000_000;
    const TargetTableName = 'restored';
    const restore = { SourceTableName: TableName, TargetTableName, UseLatestRestorableTime: true };
    await other.client.send(new RestoreTableToPointInTimeCommand(restore));
    await until('the table is restored', async () => {
      const { Table: table } = await other.client.send(new DescribeTableCommand({ TableName: TargetTableName }));
      return table?.TableStatus === 'ACTIVE';
    });
    const { Item } = await other.client.send(new GetItemCommand({ TableName: TargetTableName, Key: keyOf('five') }));
    assert.equal(Item?.['value']?.S, 'home');
    assert.deepEqual(other.written, [], 'a restored table has no replicas');
  });
});
