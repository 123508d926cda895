import { describe } from 'node:test';
import { dynamoDBLocalMissing, startTableOnDynamoDBLocal } from '../../server/support/dynamodb-local.ts';
import { transactionsContract } from '../../server/support/transactions-contract.ts';

const skip = dynamoDBLocalMissing();

if (skip) describe('TransactWriteItems on DynamoDB Local', { skip });
else {
  const { client, tableName } = await startTableOnDynamoDBLocal('contract-transactions');
  transactionsContract('DynamoDB Local', client, tableName);
}
