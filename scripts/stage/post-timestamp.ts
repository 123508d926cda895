import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { TIMESTAMPS_PATH } from '../../server/contract.ts';
import { OperatorError } from '../cli/errors.ts';
import { waitUntil } from '../cli/wait.ts';
import type { Tokens } from './tokens.ts';

const recordSchema = z.object({ id: z.string().min(1), timestamp: z.string().min(1) });

/** A record in the service's answer; its other fields are not needed here. */
export type Recorded = z.infer<typeof recordSchema>;

/**
 * Posts one timestamp and prints what came back. Sends a token only if the service requires one. A failure says how to
 * repeat the request, which records nothing twice because it has a key.
 */
export async function postTimestamp(url: string, tokens: Tokens, key: string = randomUUID()): Promise<Recorded> {
  const again = `; repeat it with --key ${key}, which records nothing twice`;
  const posted = ask('POST', new URL(TIMESTAMPS_PATH, url), tokens.write, { 'idempotency-key': `"${key}"` });
  const { status, body } = await posted.catch((cause: Error) => {
    throw new OperatorError(cause.message + again, { cause });
  });
  // 202: accepted during an outage of the database, and durable.
  if (status !== 201 && status !== 202)
    throw new OperatorError(`expected 201 Created or 202 Accepted, got ${status}: ${body.trimEnd()}${again}`);
  return recordOf(body);
}

/** Reads a timestamp back by its id, until it is there, and checks that it is the same. */
export async function verifyTimestamp(url: string, posted: Recorded, tokens: Tokens): Promise<void> {
  const address = new URL(`${TIMESTAMPS_PATH}/${encodeURIComponent(posted.id)}`, url);
  const look = async (seen: (state: string) => void) => {
    const { status, body } = await ask('GET', address, tokens.read);
    if (status === 200) return recordOf(body);
    if (status !== 404) throw new OperatorError(`expected 200 OK, got ${status}: ${body}`);
    seen('404 Not Found');
    return undefined;
  };
  // Reads are eventually consistent: they may lag behind a write for a moment.
  const stored = await waitUntil('the timestamp to be readable', look, { deadlineMs: 5_000 });
  if (stored.timestamp === posted.timestamp) return;
  throw new OperatorError(`recorded ${posted.timestamp}, but read ${stored.timestamp} for the same id ${posted.id}`);
}

/** The tokens that the service requires. Asks for what changes nothing: a list, and a user without a name. */
export async function requiredTokens(url: string, tokens: Tokens) {
  const list = await send('GET', new URL(`${TIMESTAMPS_PATH}?limit=1`, url));
  const user = await send('POST', new URL('/users', url));
  return {
    read: list.status === 401 ? await tokens.read() : undefined,
    write: user.status === 401 ? await tokens.write() : undefined,
  };
}

function recordOf(body: string): Recorded {
  try {
    return recordSchema.parse(JSON.parse(body));
  } catch (cause) {
    const problem = cause instanceof SyntaxError ? 'is not JSON' : 'has no id or no timestamp';
    throw new OperatorError(`the answer ${problem}, is this Stampede? ${body.slice(0, 200)}`, { cause });
  }
}

/** Sends a request, again with the token if it is answered with 401, and prints the last answer. */
async function ask(method: string, address: URL, token: () => Promise<string>, headers: Headers = {}) {
  const open = await send(method, address, headers);
  const { status, statusText, body, tookMs } =
    open.status === 401 ? await send(method, address, { ...headers, authorization: `Bearer ${await token()}` }) : open;
  console.log(`${method} ${address}\n${status} ${statusText} in ${tookMs} ms\n${body.trimEnd()}`);
  return { status, body };
}

type Headers = Readonly<Record<string, string>>;

async function send(method: string, address: URL, given: Headers = {}) {
  const startMs = performance.now();
  const headers = { accept: 'application/json', ...given };
  const signal = AbortSignal.timeout(15_000);
  const response = await fetch(address, { method, signal, redirect: 'error', headers }).catch((cause) => {
    const why = cause.cause?.message || cause.cause?.code || cause.message;
    throw new OperatorError(`${method} ${address} got no answer: ${why}`, { cause });
  });
  const { status, statusText } = response;
  const body = await response.text();
  return { status, statusText, body, tookMs: Math.round(performance.now() - startMs) };
}
