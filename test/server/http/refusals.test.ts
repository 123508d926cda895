import assert from 'node:assert/strict';
import { Agent, type IncomingMessage, request } from 'node:http';
import { describe, it } from 'node:test';
import { startDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

const database = await startDatabase();
const service = await startService(database, { RATE_LIMIT_PER_SECOND: '1', RATE_LIMIT_BURST: '1' });

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Sends a request on the agent's connection and reads the whole answer. */
function send(agent: Agent, { method, path, headers = {}, body = '' }: Sent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(`${service.url}${path}`, { method, agent, headers });
    sent.on('error', reject).on('response', (answer) => answer.resume().on('end', () => resolve(answer)));
    sent.end(body);
  });
}

/** A valid id of no record. */
const UNUSED_ID = '1j164jfimb6000008hc0os6ho00000087kslv4f1g0500q';

const json = { 'content-type': 'application/json' };
const REFUSED: Readonly<Record<string, Sent & { readonly status: number }>> = {
  'of an invalid query': { method: 'GET', path: '/app?limit=0', status: 400 },
  'of a representation': { method: 'POST', path: '/app', headers: { accept: 'image/png' }, status: 406 },
  'above the rate limit': { method: 'POST', path: '/app', status: 429 },
  'above the rate limit, with a body': { method: 'POST', path: '/app', body: 'ignored', status: 429 },
  'of malformed JSON': { method: 'POST', path: '/users', headers: json, body: '{"username"', status: 400 },
  'of an unknown address': { method: 'GET', path: '/nothing', status: 404 },
};

describe('a refusal', () => {
  for (const [reason, sent] of Object.entries(REFUSED)) {
    it(`${reason} leaves the connection open and logs no error`, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      await send(agent, { method: 'POST', path: '/app' });
      service.log.length = 0;
      const answer = await send(agent, sent);
      assert.equal(answer.statusCode, sent.status);
      assert.equal(answer.headers['connection'], 'keep-alive');
      assert.deepEqual(service.log, []);
      agent.destroy();
    });
  }

  it('of a body that has not arrived closes the connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const answer = await send(agent, { method: 'POST', path: '/app', body: 'x'.repeat(200_000) });
    assert.equal(answer.statusCode, 413);
    assert.equal(answer.headers['connection'], 'close');
    agent.destroy();
  });
});

describe('operations that are less important than timestamps', () => {
  const user = (name: string) => JSON.stringify({ username: name, email: `${name}@example.com` });
  const cases = {
    listings: { atOnce: 4, sent: () => ({ method: 'GET', path: '/app' }) },
    'listings of users': { atOnce: 4, sent: () => ({ method: 'GET', path: '/users' }) },
    'lookups of records': { atOnce: 64, sent: () => ({ method: 'GET', path: `/app/${UNUSED_ID}` }) },
    'creations of users': {
      atOnce: 16,
      sent: (i: number) => ({ method: 'POST', path: '/users', headers: json, body: user(`user-${i}`) }),
    },
  };
  for (const [name, { atOnce, sent }] of Object.entries(cases)) {
    it(`are refused with 503 above ${atOnce} ${name} at once`, async () => {
      const agent = new Agent({ keepAlive: true });
      const release = database.hold();
      const answered = new Set<IncomingMessage>();
      const threeAnswered = Promise.withResolvers<void>();
      const all = Array.from({ length: atOnce + 3 }, async (_, i) => {
        const answer = await send(agent, sent(i));
        answered.add(answer);
        if (answered.size === 3) threeAnswered.resolve();
        return answer;
      });
      await threeAnswered.promise;
      const refused = [...answered];
      for (const { statusCode, headers } of refused) {
        assert.equal(statusCode, 503);
        assert.equal(headers['retry-after'], '1');
        assert.equal(headers['connection'], 'keep-alive');
      }
      release();
      const admitted = (await Promise.all(all)).filter((answer) => !refused.includes(answer));
      for (const { statusCode = 0 } of admitted) assert.ok(statusCode < 500, `${statusCode}`);
      agent.destroy();
    });
  }
});

describe('while timestamps wait too long', () => {
  it('reads are refused, and requests with an Idempotency-Key are recorded like those without', async () => {
    // Timestamps may wait for a fifth of that, 0.2 s.
    const { url } = await startService(database, { MAX_EVENT_LOOP_DELAY_MS: '1000' });
    const release = database.hold();
    const post = (headers: Record<string, string> = {}) => fetch(`${url}/app`, { method: 'POST', headers });
    const [posts, lookups]: [Promise<Response>[], Promise<void>[]] = [[], []];
    let areRefused = false;
    const lookUp = async () => {
      const text = await (await fetch(`${url}/app/${UNUSED_ID}`)).text();
      areRefused ||= /is overloaded and serves no lookups/.test(text);
    };
    await until('lookups are refused', () => {
      // The first ones are in the few writes in flight; the others wait.
      posts.push(post());
      lookups.push(lookUp());
      return areRefused;
    });
    const keyed = post({ 'idempotency-key': '"a-key"' });
    release();
    assert.equal((await keyed).status, 201);
    await Promise.all([...posts, ...lookups]);
  });
});

describe('requests with an Idempotency-Key', () => {
  it('are refused above their maximum, and counted like other timestamps that are refused', async () => {
    const { url } = await startService(database);
    const release = database.hold();
    const post = async (_: unknown, index: number) => {
      const headers = { 'idempotency-key': `"key-${index}"` };
      return (await fetch(`${url}/app`, { method: 'POST', headers })).status;
    };
    const posts = Array.from({ length: 1_002 }, post);
    await until('one is refused', async () =>
      /^stampede_timestamps_refused_total 2$/m.test(await (await fetch(`${url}/metrics`)).text()),
    );
    release();
    const statuses = Map.groupBy(await Promise.all(posts), (status) => status);
    assert.deepEqual([statuses.get(201)?.length, statuses.get(503)?.length], [1_000, 2]);
  });
});
