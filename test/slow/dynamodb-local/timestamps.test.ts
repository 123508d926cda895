import { describe } from 'node:test';
import { dynamoDBLocalMissing, startDynamoDBLocal } from '../../server/support/dynamodb-local.ts';
import { overTls, storeContract } from '../../server/support/store-contract.ts';

const skip = dynamoDBLocalMissing();

describe('the store on DynamoDB Local over TLS, with direct puts', { skip }, () =>
  storeContract(overTls(startDynamoDBLocal), true),
);
describe('the store on DynamoDB Local, with direct puts', { skip }, () => storeContract(startDynamoDBLocal, true));
