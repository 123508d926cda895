import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { nowMs, type UserOutcome } from './history.ts';
import { post } from './post.ts';
import type { Random } from './random.ts';

const CLIENTS = 4;
/** Clients choose between this many names, so that they often want the same one. */
const NAMES = 3;
/** After this many requests there are new names. */
const REQUESTS_PER_NAMES = 10;
const PAUSE_MS = { min: 0, max: 200 };

interface UserClientsOptions {
  readonly port: number;
  readonly random: Random;
  readonly onOutcome: (outcome: UserOutcome) => void;
}

/** Starts clients that create users with names that others want, too. The function stops them. */
export function startUserClients({ port, random, onOutcome }: UserClientsOptions): () => Promise<void> {
  let sent = 0;
  let stopped = false;
  async function client(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!stopped) {
      const name = `user${Math.floor(sent++ / REQUESTS_PER_NAMES)}x${random.between(1, NAMES)}`;
      onOutcome(await createUser(port, agent, name));
      await delay(random.between(PAUSE_MS.min, PAUSE_MS.max));
    }
    agent.destroy();
  }
  const ended = Promise.all(Array.from({ length: CLIENTS }, client));
  return async () => {
    stopped = true;
    await ended;
  };
}

/** Tries once more to create each user that has none of the answers 201 and 409: its name must not be locked. */
export async function createRest(port: number, outcomes: readonly UserOutcome[]): Promise<UserOutcome[]> {
  const settled = new Set(outcomes.filter(({ status }) => status === 201 || status === 409).map(({ name }) => name));
  const rest = new Set(outcomes.map(({ name }) => name)).difference(settled);
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const created = await Promise.all(Array.from(rest, (name) => createUser(port, agent, name)));
  agent.destroy();
  return created;
}

async function createUser(port: number, agent: Agent, name: string): Promise<UserOutcome> {
  const sentMs = nowMs();
  const result = await post({
    port,
    agent,
    path: '/users',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: name, email: `${name}@example.com` }),
  });
  const times = { sentMs, endedMs: nowMs() };
  if (result.error !== undefined) return { kind: 'user', name, ...times, error: result.error };
  const { status, body } = result;
  const id = status === 201 ? { id: String(JSON.parse(body).id) } : {};
  return { kind: 'user', name, ...times, status, ...id };
}
