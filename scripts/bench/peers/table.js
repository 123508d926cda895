import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';

const client = DynamoDBDocumentClient.from(new DynamoDBClient());
const TableName = process.env.TABLE_NAME;

/** Stores one item; resolves when DynamoDB has acknowledged it. */
export const putItem = (item) => client.send(new PutCommand({ TableName, Item: item }));

/** Reads one item by its key. */
export const getItem = ({ pk, sk }) => client.send(new GetCommand({ TableName, Key: { pk, sk } }));
