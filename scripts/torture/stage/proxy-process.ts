/**
 * The process of the proxy between server and database: `proxy-process.ts PORT TARGET_PORT CLOCK_OFFSET_MS
 * COMMIT_LAG_MS`. Its parent sends which fault to cause, and asks with `{ settle: true }` to be told when no request is
 * on its way any more.
 */
import { Agent, createServer, type IncomingMessage, request as startRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProxyFault } from '../faults.ts';
import { createRandom } from '../random.ts';
import { ACTIONS, type Answer, type Exchange, passOn } from './proxy-faults.ts';

/** What the parent sends. */
export type ProxyMessage =
  | { readonly fault: ProxyFault | undefined; readonly share: number; readonly seed: number }
  | { readonly settle: true };

const [port = 0, targetPort = 0, clockOffsetMs = 0, commitLagMs = 0] = process.argv.slice(2).map(Number);
const agent = new Agent({ keepAlive: true });

let fault: ProxyFault | undefined;
let share = 0;
let random = createRandom(0);
let onTheirWay = 0;

/** One request to the database, with the whole answer. Its Date is that of the workers' clock. */
async function send({ method, url: path, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
  onTheirWay += 1;
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: targetPort, method, path, headers, agent };
      startRequest(options, resolve).on('error', reject).end(body);
    });
    const { statusCode: status = 0, headers: given } = answer;
    const { connection: _, 'keep-alive': __, ...kept } = given;
    const { socket } = answer;
    const answered = await buffer(answer);
    if (commitLagMs > 0 && isTransaction(headers)) {
      await delay(commitLagMs);
      if (socket.destroyed) throw new Error('the database was killed before it committed');
    }
    const date = new Date(Date.now() + clockOffsetMs).toUTCString();
    return { status, headers: { ...kept, date }, body: answered };
  } finally {
    onTheirWay -= 1;
  }
}

function isTransaction(headers: IncomingMessage['headers']): boolean {
  return headers['x-amz-target'] === 'DynamoDB_20120810.TransactWriteItems';
}

async function serve(exchange: Exchange): Promise<void> {
  const action = fault && random.next() < share ? ACTIONS[fault] : undefined;
  if (action) await action(exchange);
  else passOn(exchange, await exchange.forward());
}

const server = createServer(async (request, response) => {
  const body = await buffer(request).catch(() => undefined);
  if (!body) return;
  onTheirWay += 1;
  try {
    await serve({ request, response, random, forward: () => send(request, body) });
  } catch {
    // The database is away, so its connection is, too.
    request.socket.resetAndDestroy();
  } finally {
    onTheirWay -= 1;
  }
});
server.on('connection', (socket) => {
  socket.on('error', () => {});
  if (fault === 'refuse-new') socket.resetAndDestroy();
});

/** A connection that a fault left open would never be answered. */
async function startFault(next: ProxyFault | undefined): Promise<void> {
  const before = fault;
  fault = next;
  if (next === 'refuse') {
    server.close();
    server.closeAllConnections();
  } else if (before === 'refuse') {
    server.listen(port, '127.0.0.1');
  } else if (before === 'silence' || before === 'half-answer') {
    server.closeAllConnections();
  }
}

async function settle(): Promise<void> {
  while (onTheirWay > 0) await delay(20);
  process.send?.({ settled: true });
}

process.on('message', (message: ProxyMessage) => {
  if ('settle' in message) return void settle();
  share = message.share;
  random = createRandom(message.seed);
  return void startFault(message.fault);
});
process.on('disconnect', () => process.exit(0));
server.listen(port, '127.0.0.1', () => process.send?.({ listening: true }));
