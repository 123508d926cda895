/**
 * A metadata service and Auto Scaling for launching instances: `lifecycle-hook-process.ts HOST PORT [STRICT]`. Prints each
 * completed lifecycle action as JSON. As on AWS, the first calls of an instance fail: too early, before its permissions
 * have arrived, on a network not yet ready. After the first STRICT instances, only the call that is too early fails.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

const [host, port, strict = 'Infinity'] = process.argv.slice(2);
if (!host || !port) throw new Error('usage: lifecycle-hook-process.ts HOST PORT [STRICT]');

const TOKEN = 'a-token';
const COMPLETED = '<CompleteLifecycleActionResponse><CompleteLifecycleActionResult/></CompleteLifecycleActionResponse>';

const noAction = (id: string) =>
  [400, 'ValidationError', `No active Lifecycle Action found with instance ID ${id}`] as const;
const notAuthorized = (id: string) =>
  [403, 'AccessDenied', `User: ${id} is not authorized to perform: autoscaling:CompleteLifecycleAction`] as const;

/** The answers to the calls of an instance, in order. After a completed action, no action is active. */
const CALLS = [noAction, notAuthorized, 'no answer', 'completed'] as const;
/** The same for instances after the strict ones: the pauses of three repetitions are 7 s of each launch. */
const LATER_CALLS = [noAction, 'completed'] as const;
const attempts = new Map<string, number>();
const strictInstances = new Set<string>();

function callsOf(id: string) {
  if (!attempts.has(id) && strictInstances.size < Number(strict)) strictInstances.add(id);
  return strictInstances.has(id) ? CALLS : LATER_CALLS;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const send = (status: number, body: string) => response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
  if (request.method === 'PUT' && request.url === '/latest/api/token') return void send(200, TOKEN);
  if (request.url === '/latest/meta-data/instance-id') {
    const isKnown = request.headers['x-aws-ec2-metadata-token'] === TOKEN;
    return void (isKnown ? send(200, 'i-0123456789abcdef0') : send(401, ''));
  }
  const action = Object.fromEntries(new URLSearchParams(await text(request)));
  if (action['Action'] !== 'CompleteLifecycleAction') return void send(404, '');
  const id = action['InstanceId'] ?? '';
  const calls = callsOf(id);
  const refused = attempts.get(id) ?? 0;
  attempts.set(id, refused + 1);
  const outcome = calls[refused] ?? noAction;
  if (outcome === 'no answer') return void request.socket.destroy();
  if (outcome === 'completed') {
    console.log(JSON.stringify({ ...action, refused }));
    return void send(200, COMPLETED);
  }
  const [status, code, message] = outcome(id);
  send(status, `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`);
}

const server = createServer(answer);
server.listen(Number(port), host);
await once(server, 'listening');
console.log('ready');
