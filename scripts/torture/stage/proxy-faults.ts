import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProxyFault } from '../faults.ts';
import type { Random } from '../random.ts';

/** What the database answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** One request at the proxy. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Sends the request to the database. Can be called more than once. */
  readonly forward: () => Promise<Answer>;
  readonly random: Random;
}

/** Passes an answer on. */
export function passOn({ response }: Exchange, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers }).end(body);
}

/** What a fault does with a request that it affects. `refuse` and `refuse-new` also affect whole connections. */
export const ACTIONS: Readonly<Record<ProxyFault, (exchange: Exchange) => Promise<void>>> = {
  async delay(exchange) {
    await delay(exchange.random.between(50, 1_500));
    passOn(exchange, await exchange.forward());
  },
  async 'late-answer'(exchange) {
    const answer = await exchange.forward();
    await delay(exchange.random.between(500, 9_000));
    passOn(exchange, answer);
  },
  async 'late-apply'(exchange) {
    exchange.request.socket.resetAndDestroy();
    await delay(exchange.random.between(100, 5_000));
    await exchange.forward();
  },
  async duplicate(exchange) {
    const [answer] = await Promise.all([exchange.forward(), exchange.forward()]);
    passOn(exchange, answer);
  },
  async 'reset-before'({ request }) {
    request.socket.resetAndDestroy();
  },
  async 'reset-after'({ request, forward }) {
    await forward();
    request.socket.resetAndDestroy();
  },
  async 'half-close'({ request, forward }) {
    await forward();
    request.socket.end();
  },
  async 'half-answer'({ response, forward }) {
    const { status, headers, body } = await forward();
    response.writeHead(status, { ...headers, 'content-length': body.length + 10 });
    response.write(body.subarray(0, Math.ceil(body.length / 2)));
  },
  async silence() {},
  async garbage({ request, random }) {
    const bytes = Buffer.from(Array.from({ length: random.between(1, 400) }, () => random.between(0, 255)));
    request.socket.end(bytes);
  },
  async 'wrong-answer'({ response }) {
    const page = '<html><body>Sign in to the network</body></html>';
    response.writeHead(200, { 'content-type': 'text/html', 'content-length': page.length }).end(page);
  },
  async throttle(exchange) {
    passOn(exchange, refusal(400, 'ProvisionedThroughputExceededException', 'The rate is too high.'));
  },
  async 'server-error'(exchange) {
    const status = exchange.random.pick([500, 503]);
    passOn(exchange, refusal(status, status === 500 ? 'InternalServerError' : 'ServiceUnavailable', 'Internal error.'));
  },
  async 'expired-token'(exchange) {
    passOn(exchange, refusal(400, 'ExpiredTokenException', 'The security token included in the request is expired'));
  },
  async refuse({ request }) {
    request.socket.resetAndDestroy();
  },
  async 'refuse-new'(exchange) {
    exchange.response.shouldKeepAlive = false;
    passOn(exchange, await exchange.forward());
  },
};

/** An error in DynamoDB's form. */
function refusal(status: number, type: string, message: string): Answer {
  const body = Buffer.from(JSON.stringify({ __type: `com.amazon.coral.service#${type}`, message }));
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body };
}
