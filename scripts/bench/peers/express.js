/** The usual service: Express, and one PutItem a request. The second path also reads the item before and after. */
import express from 'express';
import { getItem, itemOf, putItem } from './items.js';

const app = express();
app.get('/health', (_request, response) => response.json({ status: 'ok' }));
app.post('/app', async (request, response) => {
  const item = itemOf((name) => request.headers[name]);
  await putItem(item);
  response.status(201).json({ timestamp: item.sk });
});
app.post('/get-put-get', async (request, response) => {
  const item = itemOf((name) => request.headers[name]);
  await getItem(item);
  await putItem(item);
  await getItem(item);
  response.status(201).json({ timestamp: item.sk });
});
app.listen(Number(process.env.PORT), '127.0.0.1');
