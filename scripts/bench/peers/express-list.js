/** The usual listing: one item per timestamp under the key of its day, and one QueryCommand per page. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import express from 'express';
import { itemOf, putItem } from './items.js';

const client = DynamoDBDocumentClient.from(new DynamoDBClient());
const TableName = process.env.TABLE_NAME;

const app = express();
app.get('/health', (_request, response) => response.json({ status: 'ok' }));
app.post('/app', async (request, response) => {
  const item = itemOf((name) => request.headers[name]);
  await putItem({ ...item, pk: item.sk.slice(0, 10), sk: `${item.sk}#${item.pk}` });
  response.status(201).json({ timestamp: item.sk });
});
app.get('/app', async (request, response) => {
  const { Items } = await client.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :day',
      ExpressionAttributeValues: { ':day': new Date().toISOString().slice(0, 10) },
      ScanIndexForward: false,
      Limit: Number(request.query.limit),
    }),
  );
  const timestamps = Items.map(({ sk, traceId, clientAddress, protocol, instance }) => {
    const [timestamp, id] = sk.split('#');
    return { timestamp, id, traceId, clientAddress, protocol, instance };
  });
  response.json({ timestamps });
});
app.listen(Number(process.env.PORT), '127.0.0.1');
