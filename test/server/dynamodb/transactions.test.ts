import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TransactWriteItemsCommand, type TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import { createTable } from '../../../server/dynamodb/client.ts';
import { startDatabase } from '../support/database.ts';
import { freshKey, key, transactionsContract } from '../support/transactions-contract.ts';

const dynalite = await startDatabase();
transactionsContract('the embedded database', dynalite.client, dynalite.tableName);

describe('the embedded database', () => {
  it('refuses the parts of TransactWriteItems that it does not have', async () => {
    const Put = { TableName: dynalite.tableName, Item: key(freshKey()) };
    const refuses = (input: TransactWriteItemsCommandInput, expected: RegExp) =>
      assert.rejects(dynalite.client.send(new TransactWriteItemsCommand(input)), {
        name: 'ValidationException',
        message: expected,
      });
    await refuses({ TransactItems: [{ Put }], ReturnConsumedCapacity: 'TOTAL' }, /ReturnConsumedCapacity/);
    await createTable(dynalite.client, 'another-table');
    const elsewhere = { Put: { ...Put, TableName: 'another-table' } };
    await refuses({ TransactItems: [{ Put }, elsewhere] }, /several tables/);
  });
});
