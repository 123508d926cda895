/** No framework, and one PutItem a request. */
import { createServer } from 'node:http';
import { itemOf, putItem } from './items.js';

createServer(async (request, response) => {
  if (request.url === '/health') return response.end('ok');
  const item = itemOf((name) => request.headers[name]);
  await putItem(item);
  const body = JSON.stringify({ timestamp: item.sk });
  response.writeHead(201, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}).listen(Number(process.env.PORT), '127.0.0.1');
