import { describe } from 'node:test';
import { dynamoDBLocalMissing, startTableOnDynamoDBLocal } from '../../server/support/dynamodb-local.ts';
import { usersContract } from '../../server/support/users-contract.ts';

const skip = dynamoDBLocalMissing();

if (skip) describe('users on DynamoDB Local', { skip });
else usersContract('DynamoDB Local', await startTableOnDynamoDBLocal('contract-users'));
