import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { TIMESTAMPS_PATH } from '../../server/contract.ts';
import { nowMs, type Outcome } from './history.ts';
import type { Random } from './random.ts';

/** Those that keep their connection, and those that open one for each request. */
const CLIENTS = { keepAlive: 36, newConnections: 12 };

/** Between two requests of a client, so that the machine keeps time for the faults. */
const PAUSE_MS = { min: 0, max: 30 };
const PAUSE_AFTER_ERROR_MS = 20;

/** A server answers within 8 s. A worker may stand still for 3 s meanwhile. */
const NO_ANSWER_MS = 15_000;

interface ClientsOptions {
  readonly port: number;
  readonly random: Random;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** Starts clients that post one request after the other. The function stops them, and waits for their last answers. */
export function startClients({ port, random, onOutcome }: ClientsOptions): () => Promise<void> {
  const run = random
    .between(0, 2 ** 31)
    .toString(16)
    .padStart(8, '0');
  let sent = 0;
  let stopped = false;
  const client = async (agent: Agent) => {
    while (!stopped) {
      const trace = `${run}${(sent++).toString(16).padStart(16, '0')}`;
      const outcome = await post(port, agent, trace);
      onOutcome(outcome);
      await delay(outcome.status === 201 ? random.between(PAUSE_MS.min, PAUSE_MS.max) : PAUSE_AFTER_ERROR_MS);
    }
    agent.destroy();
  };
  const agents = [
    ...Array.from({ length: CLIENTS.keepAlive }, () => new Agent({ keepAlive: true, maxSockets: 1 })),
    ...Array.from({ length: CLIENTS.newConnections }, () => new Agent({ keepAlive: false })),
  ];
  const ended = Promise.all(agents.map(client));
  return async () => {
    stopped = true;
    await ended;
  };
}

/** Posts once. Never rejects: a request without an answer has an `error`. */
export function post(port: number, agent: Agent, trace: string): Promise<Outcome> {
  const sentMs = nowMs();
  const second = Math.floor(sentMs / 1_000)
    .toString(16)
    .padStart(8, '0');
  const headers = { accept: 'application/json', 'x-amzn-trace-id': `Root=1-${second}-${trace}` };
  return new Promise((resolve) => {
    const end = (result: Pick<Outcome, 'status' | 'id' | 'time' | 'state' | 'error'>) =>
      resolve({ kind: 'outcome', trace, sentMs, endedMs: nowMs(), ...result });
    const posted = request({ host: '127.0.0.1', port, path: TIMESTAMPS_PATH, method: 'POST', agent, headers });
    const fail = (error: NodeJS.ErrnoException) => end({ error: error.code ?? error.message });
    posted.setTimeout(NO_ANSWER_MS, () => posted.destroy(Object.assign(new Error(), { code: 'NO_ANSWER' })));
    posted.on('error', fail).on('response', (response) => {
      const parts: string[] = [];
      response.setEncoding('utf8').on('data', (part) => parts.push(part));
      response.on('error', fail).on('end', () => end(resultOf(response.statusCode ?? 0, parts.join(''))));
    });
    posted.end();
  });
}

function resultOf(status: number, body: string) {
  if (status !== 201 && status !== 202) return { status };
  const { id, timestamp: time, state } = JSON.parse(body) as { id: string; timestamp: string; state?: string };
  return { status, id, time, ...(state && { state }) };
}
