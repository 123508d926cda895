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
  return {
    ...{ client, written },
    apply: async (write: ReplicatedWrite) => replica?.apply(write),
    expire: async () => replica?.expire('expires'),
  };
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

  it('replicate the deletions of expired items, which a region makes by itself', async () => {
    nowMicros = Date.parse('2026-11-27T10:00:00Z') * 1_000;
    const nowS = nowMicros / 1e6;
    const lifetimes = { over: nowS, ahead: nowS + 1, ancient: nowS - 6 * 365 * 86_400 };
    for (const [pk, expires] of Object.entries(lifetimes)) {
      const Item = { ...itemOf(pk, 'home'), expires: { N: String(expires) } };
      await home.client.send(new PutItemCommand({ TableName, Item }));
    }
    await put(home.client, 'for ever', 'home');
    await replicate();
    nowMicros += 1_000;
    await home.expire();
    assert.deepEqual(
      home.written.map(({ value }) => value),
      [undefined],
    );
    await replicate();
    for (const { client } of [home, other]) {
      const pks = ['over', 'ahead', 'ancient', 'for ever'];
      const values = await Promise.all(pks.map((pk) => storedValue(client, pk)));
      assert.deepEqual(values, [undefined, 'home', 'home', 'home']);
    }
  });

  it('keep an item that was written again before its deletion arrives', async () => {
    nowMicros += 1_000;
    await home.client.send(
      new PutItemCommand({ TableName, Item: { ...itemOf('renewed', 'first'), expires: { N: '1763200000' } } }),
    );
    await replicate();
    nowMicros += 1_000;
    await home.expire();
    nowMicros += 1_000;
    await put(other.client, 'renewed', 'again');
    await replicate();
    for (const { client } of [home, other]) assert.equal(await storedValue(client, 'renewed'), 'again');
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
