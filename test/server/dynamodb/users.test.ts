import { after, describe } from 'node:test';
import { createDynamoDBClient, createTable } from '../../../server/dynamodb/client.ts';
import { startDatabase } from '../support/database.ts';
import { dynamoDBLocalMissing, startDynamoDBLocal } from '../support/dynamodb-local.ts';
import { usersContract } from '../support/users-contract.ts';

usersContract('dynalite', await startDatabase());

const missing = dynamoDBLocalMissing();
if (missing) describe('users on DynamoDB Local', { skip: missing });
else {
  const local = await startDynamoDBLocal();
  const client = createDynamoDBClient(local);
  after(() => {
    client.destroy();
    return local.close();
  });
  const tableName = 'contract-users';
  await createTable(client, tableName);
  usersContract('DynamoDB Local', { client, tableName });
}
