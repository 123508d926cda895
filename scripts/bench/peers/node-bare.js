/** The ceiling: no framework and no database, so nothing is durable. */
import { createServer } from 'node:http';

createServer((request, response) => {
  if (request.url === '/health') return response.end('ok');
  const body = JSON.stringify({ timestamp: new Date().toISOString() });
  response.writeHead(201, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}).listen(Number(process.env.PORT), '127.0.0.1');
