import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { startTracing, type Tracing } from '../../../server/tracing/tracing.ts';
import { startDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';

const ROOT = 'Root=1-67891233-abcdef012345678912345678';

/** A span as the collector receives it. */
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code?: number };
}

/** Starts a server on a free loopback port and returns its URL. */
async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('tracing', () => {
  let received: Span[];
  let answer: number;
  let errors: unknown[];
  let now: number;
  let servers: Server[];
  let tracing: Tracing;
  let collectorUrl: string;

  const serve = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    servers.push(server);
    return listen(server);
  };

  beforeEach(async () => {
    received = [];
    errors = [];
    servers = [];
    answer = 200;
    now = 1_795_219_200_000;
    collectorUrl = await serve(async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString();
      received.push(...JSON.parse(body).resourceSpans[0].scopeSpans[0].spans);
      response.writeHead(answer).end('{}');
    });
    const onError = (error: unknown) => errors.push(error);
    tracing = startTracing({ endpoint: collectorUrl, serviceName: 'stampede', nowMs: () => now, onError });
  });

  afterEach(async () => {
    await tracing.stop();
    for (const server of servers) server.close();
  });

  /** Sends a request to the traced service and waits until its spans have been sent. */
  const ask = async (url: string, traceHeader?: string): Promise<void> => {
    await fetch(url, { headers: traceHeader ? { 'x-amzn-trace-id': traceHeader } : {} });
    await setImmediate();
  };

  it('sends a span with the trace id of the load balancer', async () => {
    const url = await serve((_request, response) => response.writeHead(201).end());
    await ask(`${url}/app?x=1`, `${ROOT};Parent=53995c3f42cd8ad8;Sampled=1`);
    await tracing.flush();
    const [span] = received;
    assert.equal(span?.traceId, '67891233abcdef012345678912345678');
    assert.equal(span?.parentSpanId, '53995c3f42cd8ad8');
    assert.equal(span?.name, 'GET /app');
    assert.equal(span?.startTimeUnixNano, '1795219200000000000');
    assert.deepEqual(span?.attributes.at(-1)?.value, { intValue: 201 });
    assert.deepEqual(span?.status, { code: 0 });
  });

  it('marks a server error', async () => {
    const url = await serve((_request, response) => response.writeHead(503).end());
    await ask(url, `${ROOT};Sampled=1`);
    await tracing.flush();
    assert.deepEqual(received[0]?.status, { code: 2 });
  });

  it('traces one request per second without the caller’s decision, and none that the caller declines', async () => {
    const url = await serve((_request, response) => response.end());
    await ask(`${url}/declined`, `${ROOT};Sampled=0`);
    await ask(`${url}/first`, ROOT);
    await ask(`${url}/same-second`, ROOT);
    now += 1_000;
    await ask(`${url}/next-second`, ROOT);
    await tracing.flush();
    assert.deepEqual(
      received.map(({ name }) => name),
      ['GET /first', 'GET /next-second'],
    );
  });

  it('starts a new trace, in this second, for a request without one', async () => {
    const url = await serve((_request, response) => response.end());
    await ask(url);
    await tracing.flush();
    assert.match(received[0]?.traceId ?? '', /^[0-9a-f]{32}$/);
    assert.equal(Number.parseInt(received[0]?.traceId.slice(0, 8) ?? '', 16), now / 1000);
  });

  it('reports an error of the collector, and continues', async () => {
    answer = 500;
    const url = await serve((_request, response) => response.end());
    await ask(url, `${ROOT};Sampled=1`);
    await tracing.flush();
    assert.match(String(errors), /answered 500, expected 200/);
  });

  it('sends the remaining spans when it stops, and no longer observes requests', async () => {
    const url = await serve((_request, response) => response.end());
    await ask(`${url}/last`, `${ROOT};Sampled=1`);
    await tracing.stop();
    await ask(`${url}/late`, `${ROOT};Sampled=1`);
    await tracing.flush();
    assert.deepEqual(
      received.map(({ name }) => name),
      ['GET /last'],
    );
  });

  describe('of commits', () => {
    /** Posts to a traced service and waits until the spans have been sent. */
    const post = async (traceHeader?: string): Promise<Response> => {
      const { url } = await startService(await startDatabase(), {}, 'i-1', tracing);
      // Requests of the database, which is in this process, used this second's sample.
      now += 1_000;
      const headers = { accept: 'application/json', ...(traceHeader && { 'x-amzn-trace-id': traceHeader }) };
      const answer = await fetch(`${url}/app`, { method: 'POST', headers });
      await setImmediate();
      await tracing.flush();
      return answer;
    };
    const spansOf = (name: string) => received.filter((span) => span.name === name);

    it('sends one span that links to the sampled requests of the commit', async () => {
      await post(`${ROOT};Sampled=1`);
      const [request] = spansOf('POST /app');
      const [commit, ...others] = spansOf('commit');
      assert.deepEqual(others, []);
      assert.deepEqual(
        commit?.links?.map(({ traceId, spanId }) => ({ traceId, spanId })),
        [{ traceId: request?.traceId, spanId: request?.spanId }],
      );
      assert.notEqual(commit?.traceId, request?.traceId);
      assert.deepEqual(commit?.attributes, [{ key: 'stampede.timestamps', value: { intValue: 1 } }]);
      assert.ok(BigInt(commit?.startTimeUnixNano ?? 0) < BigInt(commit?.endTimeUnixNano ?? 0));
    });

    it('sends none for a commit without a sampled request', async () => {
      await post(`${ROOT};Sampled=0`);
      assert.deepEqual([...spansOf('POST /app'), ...spansOf('commit')], []);
    });

    it('records the new trace id of a request without one', async () => {
      const answer = await post();
      const { traceId } = (await answer.json()) as { traceId: string };
      const [request] = spansOf('POST /app');
      assert.equal(traceId.slice(2).replace('-', ''), request?.traceId);
      assert.equal(spansOf('commit')[0]?.links?.[0]?.traceId, request?.traceId);
    });
  });

  it('marks a commit that failed', async () => {
    const url = await serve((_request, response) => {
      const arrival = { micros: 0, traceId: ROOT.slice(5), clientAddress: '127.0.0.1', protocol: 'http' as const };
      tracing.commitEnded({ arrivals: [arrival], latencyMs: 5, error: new Error('no such table') });
      response.end();
    });
    await ask(url, `${ROOT};Sampled=1`);
    await tracing.flush();
    assert.equal(received.find(({ name }) => name === 'commit')?.status.code, 2);
  });

  it('forgets requests whose clients disconnected', async () => {
    const gone = Promise.withResolvers<void>();
    const url = await serve((request, response) => {
      request.socket.destroy();
      response.once('close', gone.resolve);
    });
    await assert.rejects(ask(url, `${ROOT};Sampled=1`));
    await gone.promise;
    const arrival = { micros: 0, traceId: ROOT.slice(5), clientAddress: '127.0.0.1', protocol: 'http' as const };
    tracing.commitEnded({ arrivals: [arrival], latencyMs: 5 });
    await tracing.flush();
    assert.deepEqual(
      received.map(({ name, status }) => ({ name, code: status.code })),
      [{ name: 'GET /', code: 2 }],
    );
  });
});
