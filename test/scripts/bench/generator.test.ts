import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Generator } from '../../../scripts/bench/measure.ts';

const serve = async (t: TestContext, listener: RequestListener): Promise<number> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
};

const startGenerator = (t: TestContext): Generator => {
  const generator = new Generator();
  t.after(() => generator[Symbol.asyncDispose]());
  return generator;
};

const LOAD = { path: '/app', connections: 4, warmUpMs: 0, windowMs: 0 };

describe('the load generator', () => {
  it('sends each request with the headers of a load balancer and a trace id of its own', async (t) => {
    const traces: string[] = [];
    const port = await serve(t, ({ method, url, headers }, response) => {
      assert.deepEqual([method, url, headers['x-forwarded-proto']], ['POST', '/app', 'https']);
      assert.match(String(headers['x-forwarded-for']), /^203\.0\.113\.\d+$/);
      traces.push(String(headers['x-amzn-trace-id']));
      response.writeHead(201, { 'Content-Length': 2 }).end('ok');
    });
    const report = await startGenerator(t).run({ port, ...LOAD, requests: 50 });
    assert.ok(report.requests >= 50);
    assert.equal(report.unexpected, 0);
    assert.equal(new Set(traces).size, traces.length);
    assert.match(traces[0] ?? '', /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  });

  it('counts refusals apart, and answers with another status', async (t) => {
    const statuses = [201, 503, 404];
    let answers = 0;
    const port = await serve(t, (_request, response) => {
      response.writeHead(statuses[answers++ % 3] as number, { 'Content-Length': 0 }).end();
    });
    const { requests, refused, unexpected } = await startGenerator(t).run({ port, ...LOAD, requests: 30 });
    const counts = [requests, refused, unexpected];
    assert.ok(requests + refused + unexpected >= 30);
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, `a third each, not ${counts}`);
  });

  it('reads answers that arrive in pieces', async (t) => {
    const port = await serve(t, async (_request, response) => {
      response.writeHead(201, { 'Content-Length': 4 });
      response.write('ab');
      await sleep(5);
      response.end('cd');
    });
    const { requests, p50Ms } = await startGenerator(t).run({ port, ...LOAD, requests: 8 });
    assert.ok(requests >= 8);
    assert.ok(p50Ms >= 4, `the answer was whole after ${p50Ms} ms, expected the 5 ms of its second piece`);
  });

  it('counts an offered request from when it was due, not from when a connection was free', async (t) => {
    const port = await serve(t, async (_request, response) => {
      await sleep(20);
      response.writeHead(201, { 'Content-Length': 0 }).end();
    });
    const offered = { port, ...LOAD, connections: 1, ratePerSecond: 200, requests: 20 };
    const { p99Ms } = await startGenerator(t).run(offered);
    assert.ok(p99Ms > 200, `one connection at 50/s cannot keep up with 200/s, yet p99 is ${p99Ms} ms`);
  });

  it('waits until the server has answered on every connection before it loads the server', async (t) => {
    let received = 0;
    const receivedBeforeLast = Promise.withResolvers<number>();
    const port = await serve(t, async (_request, response) => {
      received += 1;
      if (received === LOAD.connections) {
        await sleep(50);
        receivedBeforeLast.resolve(received);
      }
      response.writeHead(201, { 'Content-Length': 0 }).end();
    });
    await startGenerator(t).run({ port, ...LOAD, requests: 100 });
    assert.equal(await receivedBeforeLast.promise, LOAD.connections);
  });

  it('repeats a refused request when Retry-After is over', async (t) => {
    const opened = new Set<Socket>();
    const refusedMs = new Map<Socket, number>();
    const pausesMs: number[] = [];
    const port = await serve(t, ({ socket }, response) => {
      const nowMs = performance.now();
      const since = refusedMs.get(socket);
      if (since !== undefined) pausesMs.push(nowMs - since);
      if (opened.has(socket)) refusedMs.set(socket, nowMs);
      // The request that opens a connection is not refused.
      response.writeHead(opened.has(socket) ? 503 : 201, { 'Content-Length': 0, 'Retry-After': 1 }).end();
      opened.add(socket);
    });
    const { refused } = await startGenerator(t).run({ port, ...LOAD, requests: 8 });
    assert.ok(refused >= 8);
    // Timers of Node.js may fire a millisecond early.
    assert.ok(pausesMs.length >= 4 && pausesMs.every((ms) => ms >= 999), `${pausesMs}`);
  });
});
