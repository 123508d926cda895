/** A metadata service and Auto Scaling for a launching instance; prints each completed lifecycle action as JSON. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

const [host, port] = process.argv.slice(2);
if (!host || !port) throw new Error('usage: lifecycle-hook-process.ts <host> <port>');

const TOKEN = 'a-token';
const COMPLETED = '<CompleteLifecycleActionResponse><CompleteLifecycleActionResult/></CompleteLifecycleActionResponse>';

async function answer(request: IncomingMessage): Promise<[status: number, body: string]> {
  if (request.method === 'PUT' && request.url === '/latest/api/token') return [200, TOKEN];
  if (request.url === '/latest/meta-data/instance-id') {
    return request.headers['x-aws-ec2-metadata-token'] === TOKEN ? [200, 'i-0123456789abcdef0'] : [401, ''];
  }
  const action = Object.fromEntries(new URLSearchParams(await text(request)));
  if (action['Action'] !== 'CompleteLifecycleAction') return [404, ''];
  console.log(JSON.stringify(action));
  return [200, COMPLETED];
}

const server = createServer(async (request, response) => {
  const [status, body] = await answer(request);
  response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
});
server.listen(Number(port), host);
await once(server, 'listening');
console.log('ready');
