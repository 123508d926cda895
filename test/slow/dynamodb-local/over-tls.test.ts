import { describe } from 'node:test';
import { dynamoDBLocalMissing, startDynamoDBLocal } from '../../server/support/dynamodb-local.ts';
import { putsOverTls } from '../../server/support/over-tls-contract.ts';

describe('a put to DynamoDB Local over TLS', { skip: dynamoDBLocalMissing() }, () => putsOverTls(startDynamoDBLocal));
