import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  type DynamoDBClient,
  type DynamoDBServiceException,
  GetItemCommand,
  PutItemCommand,
  type TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';

/** The key of an item of the contract's table. */
export function key(pk: string) {
  return { pk: { S: pk }, sk: { S: 'x' } };
}
/** A partition key that no other test uses. */
export function freshKey() {
  return `t${randomUUID()}`;
}

/** The contract of `TransactWriteItems`, as far as the server uses it. */
export function transactionsContract(kind: string, client: DynamoDBClient, table: string): void {
  const transact = (items: readonly TransactWriteItem[], options: Partial<TransactWriteItemsCommandInput> = {}) =>
    client.send(new TransactWriteItemsCommand({ TransactItems: [...items], ...options }));
  const put = (pk: string, value = 'new', conditions = {}): TransactWriteItem => ({
    Put: { TableName: table, Item: { ...key(pk), value: { S: value } }, ...conditions },
  });
  const putNew = (pk: string, value = 'new') =>
    put(pk, value, {
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  const read = async (pk: string) => {
    const command = new GetItemCommand({ TableName: table, Key: key(pk), ConsistentRead: true });
    return (await client.send(command)).Item?.['value']?.S;
  };
  const refusalOf = (transaction: Promise<unknown>): Promise<DynamoDBServiceException> =>
    transaction.then(
      () => assert.fail('the transaction was not refused'),
      (error) => error,
    );
  const reasonsOf = async (transaction: Promise<unknown>) => {
    const { name, CancellationReasons } = (await refusalOf(transaction)) as TransactionCanceledException;
    assert.equal(name, 'TransactionCanceledException');
    return CancellationReasons;
  };

  describe(`TransactWriteItems on ${kind}`, { timeout: 120_000 }, () => {
    it('puts, updates and deletes items, and checks conditions', async () => {
      const [added, changed, deleted, checked] = [freshKey(), freshKey(), freshKey(), freshKey()];
      await transact([put(changed, 'old'), put(deleted), put(checked)]);
      await transact([
        putNew(added),
        {
          Update: {
            TableName: table,
            Key: key(changed),
            UpdateExpression: 'SET #value = :value',
            ConditionExpression: '#value = :old',
            ExpressionAttributeNames: { '#value': 'value' },
            ExpressionAttributeValues: { ':value': { S: 'changed' }, ':old': { S: 'old' } },
          },
        },
        { Delete: { TableName: table, Key: key(deleted), ConditionExpression: 'attribute_exists(pk)' } },
        { ConditionCheck: { TableName: table, Key: key(checked), ConditionExpression: 'attribute_exists(pk)' } },
      ]);
      assert.deepEqual(
        [await read(added), await read(changed), await read(deleted), await read(checked)],
        ['new', 'changed', undefined, 'new'],
      );
    });

    it('changes nothing if one condition fails, and gives a reason for each item', async () => {
      const [free, taken, alsoTaken] = [freshKey(), freshKey(), freshKey()];
      await transact([put(taken, 'first'), put(alsoTaken, 'second')]);
      const quiet = put(alsoTaken, 'new', { ConditionExpression: 'attribute_not_exists(pk)' });
      assert.deepEqual(await reasonsOf(transact([putNew(free), putNew(taken), quiet])), [
        { Code: 'None' },
        {
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          Item: { ...key(taken), value: { S: 'first' } },
        },
        { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
      ]);
      assert.deepEqual([await read(free), await read(taken)], [undefined, 'first']);
    });

    it('compares values in conditions', async () => {
      const pk = freshKey();
      const replace = (value: string, expected: string) =>
        transact([
          put(pk, value, {
            ConditionExpression: 'attribute_not_exists(pk) OR #value = :expected',
            ExpressionAttributeNames: { '#value': 'value' },
            ExpressionAttributeValues: { ':expected': { S: expected } },
          }),
        ]);
      await replace('one', 'zero');
      await replace('two', 'one');
      assert.deepEqual(
        (await reasonsOf(replace('three', 'one')))?.map(({ Code }) => Code),
        ['ConditionalCheckFailed'],
      );
      assert.equal(await read(pk), 'two');
    });

    it('lets one of many concurrent transactions for an item succeed', async () => {
      const pk = freshKey();
      const others = Array.from({ length: 12 }, freshKey);
      const outcomes = await Promise.allSettled(others.map((other) => transact([putNew(other), putNew(pk, other)])));
      const winners = others.filter((_, index) => outcomes[index]?.status === 'fulfilled');
      assert.deepEqual(winners, [await read(pk)]);
      for (const other of others) assert.equal(await read(other), winners.includes(other) ? 'new' : undefined);
      for (const outcome of outcomes) {
        if (outcome.status === 'fulfilled') continue;
        const reasons = outcome.reason as TransactionCanceledException;
        assert.match(String(reasons.CancellationReasons?.[1]?.Code), /^(ConditionalCheckFailed|TransactionConflict)$/);
      }
    });

    it('has no effect when it is repeated with its token, and refuses another one with this token', async () => {
      const [pk, other] = [freshKey(), freshKey()];
      const ClientRequestToken = randomUUID();
      await transact([putNew(pk, 'first')], { ClientRequestToken });
      await client.send(new PutItemCommand({ TableName: table, Item: { ...key(pk), value: { S: 'later' } } }));
      await transact([putNew(pk, 'first')], { ClientRequestToken });
      assert.equal(await read(pk), 'later');
      const refusal = await refusalOf(transact([putNew(other)], { ClientRequestToken }));
      assert.equal(refusal.name, 'IdempotentParameterMismatchException');
      assert.equal(await read(other), undefined);
    });

    it('writes 100 items, and refuses more, none, and items that are larger than 4 MB together', async () => {
      const keys = Array.from({ length: 101 }, freshKey);
      await transact(keys.slice(1).map((pk) => putNew(pk)));
      assert.equal(await read(String(keys[100])), 'new');
      const large = Array.from({ length: 11 }, () => putNew(freshKey(), 'x'.repeat(399_000)));
      for (const items of [keys.map((pk) => putNew(pk)), [], large])
        assert.equal((await refusalOf(transact(items))).name, 'ValidationException');
    });

    it('refuses two operations on one item, invalid expressions, and missing keys and tables', async () => {
      const pk = freshKey();
      const invalid = put(pk, 'new', { ConditionExpression: 'attribute_not_exists(' });
      const unused = put(pk, 'new', { ExpressionAttributeValues: { ':unused': { S: 'x' } } });
      for (const items of [[putNew(pk), put(pk)], [invalid], [unused]])
        assert.equal((await refusalOf(transact(items))).name, 'ValidationException');
      const elsewhere = { Put: { TableName: 'no-such-table', Item: key(pk) } };
      assert.equal((await refusalOf(transact([elsewhere]))).name, 'ResourceNotFoundException');
      const keyless = { Put: { TableName: table, Item: { pk: { S: pk } } } };
      assert.equal((await refusalOf(transact([putNew(freshKey()), keyless]))).name, 'ValidationException');
      assert.equal(await read(pk), undefined);
    });
  });
}
