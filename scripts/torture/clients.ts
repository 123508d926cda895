import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { TIMESTAMPS_PATH } from '../../server/contract.ts';
import { nowMs, type Outcome } from './history.ts';
import { isGood } from './judge/recovery.ts';
import { post } from './post.ts';
import type { Random } from './random.ts';

/** Those that keep their connection, those that open one for each request, and those that repeat with a key. */
const CLIENTS = { keepAlive: 32, newConnections: 10, keyed: 6 };

/** A client gives up a key after this many attempts. */
const KEYED_ATTEMPTS = 20;
const PAUSE_BEFORE_REPEAT_MS = { min: 50, max: 400 };
/** The share of keyed requests that are sent again after their answer. */
const REPEAT_SHARE = 0.3;

/** Between two requests of a client, so that the machine keeps time for the faults. */
const PAUSE_MS = { min: 0, max: 30 };
const PAUSE_AFTER_ERROR_MS = 20;

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
  let keys = 0;
  let stopped = false;

  async function send(agent: Agent, key?: string): Promise<Outcome> {
    const trace = `${run}${(sent++).toString(16).padStart(16, '0')}`;
    const outcome = await record({ port, agent, trace, key });
    onOutcome(outcome);
    return outcome;
  }

  async function client(agent: Agent): Promise<void> {
    while (!stopped) {
      const outcome = await send(agent);
      await delay(isGood(outcome) ? random.between(PAUSE_MS.min, PAUSE_MS.max) : PAUSE_AFTER_ERROR_MS);
    }
    agent.destroy();
  }

  /** Repeats a request with its key until it is acknowledged, sometimes at the same time, sometimes once more. */
  async function keyedClient(agent: Agent): Promise<void> {
    while (!stopped) {
      const key = `${run}-${keys++}`;
      const sendAll = () => Promise.all(Array.from({ length: random.pick([1, 1, 1, 2]) }, () => send(agent, key)));
      for (let attempt = 0; attempt < KEYED_ATTEMPTS && !stopped; attempt++) {
        if ((await sendAll()).some(({ status }) => status === 201)) break;
        await delay(random.between(PAUSE_BEFORE_REPEAT_MS.min, PAUSE_BEFORE_REPEAT_MS.max));
      }
      if (random.next() < REPEAT_SHARE) await sendAll();
      await delay(random.between(PAUSE_MS.min, PAUSE_MS.max));
    }
    agent.destroy();
  }

  const keepAlive = (count: number, maxSockets: number) =>
    Array.from({ length: count }, () => new Agent({ keepAlive: true, maxSockets }));
  const ended = Promise.all([
    ...keepAlive(CLIENTS.keepAlive, 1).map(client),
    ...Array.from({ length: CLIENTS.newConnections }, () => new Agent({ keepAlive: false })).map(client),
    ...keepAlive(CLIENTS.keyed, 2).map(keyedClient),
  ]);
  return async () => {
    stopped = true;
    await ended;
  };
}

interface Record {
  readonly port: number;
  readonly agent: Agent;
  readonly trace: string;
  readonly key: string | undefined;
}

async function record({ port, agent, trace, key }: Record): Promise<Outcome> {
  const sentMs = nowMs();
  const second = Math.floor(sentMs / 1_000)
    .toString(16)
    .padStart(8, '0');
  const headers = {
    'x-amzn-trace-id': `Root=1-${second}-${trace}`,
    ...(key !== undefined && { 'idempotency-key': `"${key}"` }),
  };
  const result = await post({ port, agent, path: TIMESTAMPS_PATH, headers });
  const request = { kind: 'outcome', trace, ...(key !== undefined && { key }), sentMs, endedMs: nowMs() } as const;
  if (result.error !== undefined) return { ...request, error: result.error };
  const { status, body } = result;
  if (!isGood(result)) return { ...request, status };
  const { id, timestamp: time, state } = JSON.parse(body) as { id: string; timestamp: string; state?: string };
  return { ...request, status, id, time, ...(state && { state }) };
}
