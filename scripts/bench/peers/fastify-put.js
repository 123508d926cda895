/** Fastify, and one PutItem a request. */
import fastify from 'fastify';
import { itemOf, putItem } from './items.js';

const app = fastify();
app.get('/health', async () => ({ status: 'ok' }));
app.post('/app', async (request, reply) => {
  const item = itemOf((name) => request.headers[name]);
  await putItem(item);
  return reply.code(201).send({ timestamp: item.sk });
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
