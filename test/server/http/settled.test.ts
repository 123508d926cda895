import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import { createDynamoDBClient } from '../../../server/dynamodb/client.ts';
import { type Runtime, systemRuntime } from '../../../server/runtime.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { listenDuringTests } from '../support/listen.ts';
import { startService } from '../support/service.ts';

/** A database behind a proxy that can hold puts. It lets them through late, even if their client has given up. */
async function behindProxy(database: TestDatabase) {
  let gate = Promise.resolve();
  let arrived = Promise.withResolvers<void>();
  let applied = Promise.withResolvers<void>();
  const proxy = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    if (String(incoming.headers['x-amz-target']).endsWith('.PutItem')) {
      arrived.resolve();
      await gate;
    }
    const { method = 'POST', headers } = incoming;
    const forwarded = request(database.endpoint, { method, headers }, async (answer) => {
      const answered = await buffer(answer);
      applied.resolve();
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(answered);
    });
    forwarded.end(body);
  });
  const client = createDynamoDBClient({ endpoint: await listenDuringTests(proxy) });
  after(() => client.destroy());
  return {
    ...database,
    client,
    /** Holds puts. `arrived` resolves when the next one is held, `release` when it is stored. */
    holdPuts() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      arrived = Promise.withResolvers<void>();
      applied = Promise.withResolvers<void>();
      const release = () => {
        resolve();
        return applied.promise;
      };
      return { arrived: arrived.promise, release };
    },
  };
}

const START_MICROS = microsFromIso('2026-11-21T07:45:00Z') as number;

/** Clocks that only the test advances. */
function steppedRuntime() {
  let ms = 0;
  const runtime: Runtime = { ...systemRuntime, monotonicMs: () => ms, wallMicros: () => START_MICROS + ms * 1_000 };
  const advance = (byMs: number) => {
    ms += byMs;
  };
  return { runtime, advance };
}

interface Page {
  readonly timestamps: readonly { readonly timestamp: string; readonly traceId: string }[];
  readonly next?: string;
  readonly settledUntil: string;
}

async function readPage(url: string, path: string): Promise<Page> {
  const response = await fetch(new URL(path, url));
  assert.equal(response.status, 200);
  return (await response.json()) as Page;
}

/** Reads every record from its position to `settledUntil`, once, in pages of two. */
function createFollower(url: string, from: string) {
  let position = from;
  return async (): Promise<string[]> => {
    let page = await readPage(url, `/app?consistent=true&limit=2&from=${position}`);
    const { settledUntil } = page;
    const found = [...page.timestamps];
    while (page.next !== undefined) {
      page = await readPage(url, page.next);
      found.push(...page.timestamps);
    }
    if (settledUntil <= position) return [];
    position = settledUntil;
    return found.filter(({ timestamp }) => timestamp < settledUntil).map(({ traceId }) => traceId);
  };
}

let posts = 0;

/** Posts with a trace id that finds the record even if the answer is 503. */
async function post(url: string, expectedStatus: 201 | 503): Promise<string> {
  const traceId = `1-6920060c-${String(posts++).padStart(24, '0')}`;
  const headers = { 'x-amzn-trace-id': `Root=${traceId}` };
  const { status } = await fetch(new URL('/app', url), { method: 'POST', headers });
  assert.equal(status, expectedStatus);
  return traceId;
}

describe('settledUntil', async () => {
  const database = await startDatabase();
  const proxied = await behindProxy(database);
  const { runtime, advance } = steppedRuntime();
  const slow = await startService(proxied, {}, undefined, undefined, undefined, runtime);
  const quick = await startService(database, {}, undefined, undefined, undefined, runtime);

  it('is twenty seconds before a consistent read, and a minute before any other', async () => {
    // Each reading of the clock is a microsecond after the last one.
    const { settledUntil } = await readPage(quick.url, '/app?consistent=true');
    assert.equal(settledUntil.slice(0, -3), '2026-11-21T07:44:40.0000');
    const { settledUntil: eventually } = await readPage(quick.url, '/app');
    assert.equal(eventually.slice(0, -3), '2026-11-21T07:44:00.0000');
  });

  it('lets a follower miss nothing, although a put takes effect after its request was answered with 503', async () => {
    const expected = [await post(slow.url, 201)];
    const follow = createFollower(quick.url, '2026-01-01T00:00:00.000000Z');
    const seen = await follow();
    const { arrived, release } = proxied.holdPuts();
    const late = post(slow.url, 503);
    await arrived;
    advance(9_000);
    expected.push(await late, await post(quick.url, 201), await post(quick.url, 201));
    for (const ms of [0, 8_900]) {
      advance(ms);
      seen.unshift(...(await follow()));
    }
    await release();
    expected.push(await post(quick.url, 201));
    for (const ms of [1_000, 21_000]) {
      advance(ms);
      seen.unshift(...(await follow()));
    }
    assert.deepEqual(seen, expected.reverse());
  });
});
