import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { checkStored, isStored, sampleOf } from '../../../../scripts/drills/aws/acknowledged-in-table.ts';

/** A service that knows some ids, each only from its nth request on, and wants a token when one is given. */
async function startStore(known: Readonly<Record<string, number>>, token?: string) {
  const asked = new Map<string, number>();
  const server = createServer(({ url = '', headers }, outgoing) => {
    const id = url.slice('/app/'.length);
    const times = (asked.get(id) ?? 0) + 1;
    asked.set(id, times);
    const allowed = token === undefined || headers.authorization === `Bearer ${token}`;
    outgoing.writeHead(allowed ? (times >= (known[id] ?? Infinity) ? 200 : 404) : 401).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('checkStored', () => {
  it('reads each id, and counts those that are there', async () => {
    await using store = await startStore({ a: 1, b: 2 });
    assert.deepEqual(await checkStored({ url: store.url }, ['a', 'b', 'lost']), { acknowledged: 3, stored: 2 });
    assert.deepEqual(
      store.asked,
      new Map([
        ['a', 1],
        ['b', 2],
        ['lost', 5],
      ]),
    );
  });

  it('sends the read token, and reports when it is missing', async () => {
    await using store = await startStore({ a: 1 }, 'secret');
    assert.equal(await isStored({ url: store.url, token: 'secret' }, 'a'), true);
    await assert.rejects(isStored({ url: store.url }, 'a'), /got 401: set READ_TOKEN to the stage's read token/);
  });

  it('does not count a missing answer as a loss', async () => {
    await assert.rejects(isStored({ url: 'http://127.0.0.1:9' }, 'a'), /GET .*\/app\/a got .*: expected 200 or 404/);
  });
});

describe('sampleOf', () => {
  it('takes as many as allowed, each once, in their order, the last among them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 100 }), (count, limit) => {
        const ids = Array.from({ length: count }, (_, index) => String(index));
        const sample = sampleOf(ids, limit);
        assert.equal(sample.length, Math.min(count, limit));
        assert.deepEqual(
          sample,
          [...new Set(sample)].sort((one, other) => Number(one) - Number(other)),
        );
        assert.equal(sample.at(-1), ids.at(-1));
      }),
    );
  });
});
