import { describe } from 'node:test';
import { startDatabase } from '../support/database.ts';
import { dynamoDBLocalMissing, startTableOnDynamoDBLocal } from '../support/dynamodb-local.ts';
import { usersContract } from '../support/users-contract.ts';

usersContract('dynalite', await startDatabase());

const missing = dynamoDBLocalMissing();
if (missing) describe('users on DynamoDB Local', { skip: missing });
else {
  usersContract('DynamoDB Local', await startTableOnDynamoDBLocal('contract-users'));
}
