/** What one reference system does: look whether the item is there, write it, read it back for the answer. */
import express from 'express';
import { itemOf } from './item.js';
import { getItem, putItem } from './table.js';

const app = express();
app.get('/health', (_request, response) => response.json({ status: 'ok' }));
app.post('/app', async (request, response) => {
  const item = itemOf((name) => request.headers[name]);
  await getItem(item);
  await putItem(item);
  await getItem(item);
  response.status(201).json({ timestamp: item.sk });
});
app.listen(Number(process.env.PORT), '127.0.0.1');
