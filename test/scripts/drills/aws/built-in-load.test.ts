import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { countRequests, observationsOf } from '../../../../scripts/drills/artillery/periods.ts';
import { requireBuiltInLoad, startBuiltInLoad } from '../../../../scripts/drills/aws/built-in-load.ts';

const steady = (durationS: number, rate: number) => [{ name: 'steady', durationS, fromPerS: rate, toPerS: rate }];

/** A load on a server with these answers. */
async function start(t: TestContext, phases: ReturnType<typeof steady>, answer: RequestListener, writeToken?: string) {
  const folder = await mkdtemp(join(tmpdir(), 'stampede-load-'));
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return startBuiltInLoad({ target, phases, writeToken }, folder);
}

describe('the built-in load', () => {
  it('posts as many timestamps as planned, and knows which were acknowledged', async (t) => {
    const asked: string[] = [];
    const load = await start(t, steady(1, 20), ({ method, url, headers }, response) => {
      asked.push(`${method} ${url} ${headers.accept}`);
      const status = asked.length % 5 === 0 ? 503 : 201;
      response.writeHead(status).end(JSON.stringify({ id: `id${asked.length}` }));
    });
    await load.ended;
    assert.equal(asked.length, 20);
    assert.deepEqual([...new Set(asked)], ['POST /app application/json']);
    const ids = await load.acknowledgedIds();
    assert.equal(ids.length, 16);
    assert.ok(ids.includes('id1') && !ids.includes('id5'));
    assert.deepEqual(countRequests(load.periods), { requests: 20, acknowledged: 16, errors: 4, refused: 0 });
    const [first] = observationsOf(load.periods, load.periods[0]?.firstCounterAt ?? 0);
    assert.ok((first?.p99Ms ?? 0) >= (first?.p50Ms ?? Infinity));
  });

  it('sends the token for recording, if there is one', async (t) => {
    const sent: (string | undefined)[] = [];
    const answer: RequestListener = ({ headers }, response) => {
      sent.push(headers.authorization);
      response.writeHead(201).end(JSON.stringify({ id: 'id' }));
    };
    await (await start(t, steady(1, 1), answer)).ended;
    await (await start(t, steady(1, 1), answer, 'a-token')).ended;
    assert.deepEqual(sent, [undefined, 'Bearer a-token']);
  });

  it('counts lost connections and unexpected answers as errors', async (t) => {
    let asked = 0;
    const load = await start(t, steady(1, 4), ({ socket }, response) => {
      if (asked++ === 0) socket.destroy();
      else response.writeHead(201).end('<html>');
    });
    await load.ended;
    assert.deepEqual(countRequests(load.periods), { requests: 4, acknowledged: 0, errors: 4, refused: 0 });
    assert.deepEqual(await load.acknowledgedIds(), []);
  });

  it('counts a redirect as neither an error nor an acknowledged timestamp', async (t) => {
    const load = await start(t, steady(1, 2), (_request, response) =>
      response.writeHead(301, { location: 'https://example.org/' }).end(),
    );
    await load.ended;
    assert.deepEqual(countRequests(load.periods), { requests: 2, acknowledged: 0, errors: 0, refused: 0 });
    assert.deepEqual(await load.acknowledgedIds(), []);
  });

  it('ends early when it is stopped, after the answers that it waits for', async (t) => {
    const asked = Promise.withResolvers<() => void>();
    const load = await start(t, steady(600, 10), (_request, response) =>
      asked.resolve(() => response.writeHead(201).end('{"id":"late"}')),
    );
    const answer = await asked.promise;
    const stopped = load.stop();
    answer();
    await stopped;
    assert.ok((await load.acknowledgedIds()).includes('late'));
  });

  it('refuses a load that one process cannot send, or that is not constant', () => {
    requireBuiltInLoad({ phases: steady(60, 200) });
    assert.throws(
      () => requireBuiltInLoad({ phases: steady(60, 201) }),
      /from 201\/s to 201\/s: expected a constant rate/,
    );
    const ramp = [{ name: 'surge', durationS: 60, fromPerS: 50, toPerS: 150 }];
    assert.throws(() => requireBuiltInLoad({ phases: ramp }), /phase 'surge' goes from 50\/s to 150\/s/);
  });
});
