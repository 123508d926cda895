import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseRecordId } from '../../../server/timestamps/id.ts';
import { DEADLINE_MS } from './processes.ts';

/** The outcome of one POST: its status and record id, or the code of the connection's error. */
export interface Outcome {
  readonly status?: number;
  readonly id?: string;
  readonly error?: string;
  readonly body: string;
}

function post(url: string, agent: Agent): Promise<Outcome> {
  return new Promise((resolve) => {
    const sent = request(`${url}/app`, { method: 'POST', agent, headers: { accept: 'application/json' } });
    // A request that is never answered fails its test instead of blocking it.
    sent.setTimeout(DEADLINE_MS / 2, () => sent.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
    sent.on('error', (error: NodeJS.ErrnoException) => resolve({ error: error.code ?? error.message, body: '' }));
    sent.on('response', (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('error', (error: NodeJS.ErrnoException) => resolve({ error: error.code ?? error.message, body }));
      response.on('end', () => {
        const id = response.headers.location?.replace('/app/', '');
        resolve({ status: response.statusCode ?? 0, ...(id && { id }), body });
      });
    });
    sent.end();
  });
}

/** How a client sends its requests. */
interface LoadOptions {
  /** Over one connection, or over a new one each time. @default true */
  readonly keepAlive?: boolean;
  /** Pause after an answer. Without one, the clients use a core as long as they run. @default 10 */
  readonly pauseMs?: number;
}

/** Clients that post sequentially until they are stopped. */
export function startLoad(url: string, clients: number, { keepAlive = true, pauseMs = 10 }: LoadOptions = {}) {
  const agent = new Agent({ keepAlive, maxSockets: clients });
  const outcomes: Outcome[] = [];
  const watchers: { matches: (outcome: Outcome) => boolean; count: number; wake: () => void }[] = [];
  let stopped = false;

  const client = async () => {
    while (!stopped) {
      const outcome = await post(url, agent);
      outcomes.push(outcome);
      for (const watcher of watchers) if (watcher.matches(outcome) && --watcher.count === 0) watcher.wake();
      if (pauseMs > 0) await sleep(pauseMs);
    }
  };
  const ended = Promise.all(Array.from({ length: clients }, client));

  return {
    outcomes,
    /** Resolves after `count` more matching outcomes; rejects and stops the load if they do not arrive in time. */
    until: (count: number, matches: (outcome: Outcome) => boolean) =>
      new Promise<void>((resolve, reject) => {
        const deadline = setTimeout(() => {
          stopped = true;
          reject(new Error(`the expected outcomes did not arrive within ${DEADLINE_MS} ms`));
        }, DEADLINE_MS);
        const wake = () => {
          clearTimeout(deadline);
          resolve();
        };
        watchers.push({ matches, count, wake });
      }),
    stop: async () => {
      stopped = true;
      await ended;
      agent.destroy();
      return outcomes;
    },
  };
}

export function isRecorded({ status }: Outcome): boolean {
  return status === 201;
}

/** The ids of all 201 answers; fails on an invalid id. */
export function recordedIds(outcomes: readonly Outcome[]): string[] {
  return outcomes.filter(isRecorded).map(({ id = '' }) => {
    if (!parseRecordId(id)) throw new Error(`201 without a record id: ${JSON.stringify(id)}`);
    return id;
  });
}
