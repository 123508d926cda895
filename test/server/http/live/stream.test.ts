import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import request from 'supertest';
import { ServiceError } from '../../../../server/errors.ts';
import type { Feed, Subscriber } from '../../../../server/http/live/feed.ts';
import { liveRoute } from '../../../../server/http/live/route.ts';
import { createCheckToken } from '../../../../server/http/require-token.ts';
import { type LiveNews, LiveNewsSchema } from '../../../../server/http/schemas.ts';
import { startApp } from '../../support/app.ts';
import { startDatabase } from '../../support/database.ts';
import { startService, type TestService } from '../../support/service.ts';

const TOKEN = 'a-token-of-16-or-more';
const database = await startDatabase();
const service = await startService(database);

async function openStream({ url }: Pick<TestService, 'url'>, headers = {}): Promise<IncomingMessage> {
  const [answer] = (await once(get(`${url}/live`, { headers, agent: false }), 'response')) as [IncomingMessage];
  return answer.setEncoding('utf8');
}

/** The news that arrives, until the caller stops reading. */
async function* newsOf(stream: IncomingMessage): AsyncGenerator<LiveNews> {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, data] = /^event: news\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (data) yield LiveNewsSchema.parse(JSON.parse(data));
    }
  }
}

/** A feed with one subscriber, which gets the first event at once. */
function feedOfOne({ first }: { readonly first?: string } = {}) {
  const subscribed = Promise.withResolvers<Subscriber>();
  const left = Promise.withResolvers<void>();
  const feed: Feed = {
    subscribe(subscriber) {
      if (first !== undefined) subscriber.send(first);
      subscribed.resolve(subscriber);
      return left.resolve;
    },
    close: () => {},
  };
  return { feed, subscribed: subscribed.promise, left: left.promise };
}

function urlOf(server: Server): { readonly url: string } {
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Sends until the buffers of both sockets are full: the kernel takes nothing in several iterations of the event loop. */
async function fillBuffers(response: ServerResponse, send: (event: string) => void): Promise<void> {
  let [unsent, iterations] = [0, 0];
  while (iterations < 10) {
    if (response.writableLength === 0) send('x'.repeat(64 * 1024));
    await setImmediate();
    iterations = response.writableLength > 0 && response.writableLength === unsent ? iterations + 1 : 0;
    unsent = response.writableLength;
  }
}

async function record(): Promise<string> {
  const { body } = await request(service.server).post('/app').set('accept', 'application/json').expect(201);
  return body.id;
}

describe('GET /live', () => {
  it('streams the newest records and the state of the process, and then what is new', async () => {
    const first = await record();
    const stream = await openStream(service);
    assert.equal(stream.statusCode, 200);
    assert.equal(stream.headers['content-type'], 'text/event-stream; charset=utf-8');
    assert.equal(stream.headers['cache-control'], 'no-store');
    const news = newsOf(stream);
    const { timestamps, ...state } = (await news.next()).value as LiveNews;
    assert.ok(timestamps.some(({ id }) => id === first));
    assert.equal(state.complete, true);
    assert.equal(state.clockErrorMicros, null);
    assert.equal(state.oldestSpillSeconds, 0);
    assert.equal(state.ratesPerSecond.length, 90);
    const second = await record();
    const later = (await news.next()).value as LiveNews;
    assert.deepEqual(
      later.timestamps.map(({ id }) => id),
      [second],
    );
    await news.return(undefined);
  });

  it('requires the read token, if there is one', async () => {
    const guarded = await startService(database, { READ_TOKEN: TOKEN });
    await request(guarded.server).get('/live').expect(401);
    const stream = await openStream(guarded, { authorization: `Bearer ${TOKEN}` });
    assert.equal(stream.statusCode, 200);
    stream.destroy();
  });

  it('answers 406 to clients that accept no stream, and HEAD without one', async () => {
    await request(service.server).get('/live').set('accept', 'application/json').expect(406);
    await request(service.server)
      .head('/live')
      .expect(200)
      .expect('content-type', /^text\/event-stream/);
  });

  it('ends when the process shuts down', async () => {
    const stopping = await startService(database);
    const ended = Array.fromAsync(newsOf(await openStream(stopping)));
    await stopping.drain();
    assert.ok((await ended).length <= 1);
  });

  it('is closed at its end, even if its client does not read what it was sent', { timeout: 60_000 }, async () => {
    const { feed, subscribed, left } = feedOfOne();
    const server = await startApp([liveRoute({ feed, checkReadToken: undefined })]);
    const requested = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>;
    const stream = await openStream(urlOf(server));
    stream.on('error', () => {}).pause();
    const [, response] = await requested;
    const { send, end } = await subscribed;
    await fillBuffers(response, send);
    end();
    await left;
  });

  it('ends when its token is removed', async () => {
    let tokens = [TOKEN];
    const { feed, subscribed, left } = feedOfOne();
    const server = await startApp([liveRoute({ feed, checkReadToken: createCheckToken('read', () => tokens) })]);
    const stream = await openStream(urlOf(server), { authorization: `Bearer ${TOKEN}` });
    const received = Array.fromAsync(stream);
    const { send } = await subscribed;
    send('event: news\n\n');
    tokens = ['another-token-of-16'];
    send('event: secret\n\n');
    assert.deepEqual((await received).join(''), 'event: news\n\n');
    await left;
  });

  it('closes its connection at its end', async () => {
    const { feed } = feedOfOne({ first: 'event: news\n\n' });
    const server = await startApp([liveRoute({ feed, checkReadToken: undefined })]);
    const agent = new Agent({ keepAlive: true });
    const [{ headers }] = (await once(get(`${urlOf(server).url}/live`, { agent }), 'response')) as [IncomingMessage];
    assert.equal(headers.connection, 'close');
    agent.destroy();
  });

  it('answers 503 with problem details to a subscriber that the process does not admit', async () => {
    const refuse = () => {
      throw new ServiceError('overloaded', 'this process already serves 100 streams', { retryAfterS: 5 });
    };
    const server = await startApp([
      liveRoute({ feed: { subscribe: refuse, close: () => {} }, checkReadToken: undefined }),
    ]);
    const { body } = await request(server)
      .get('/live')
      .expect(503)
      .expect('retry-after', '5')
      .expect('content-type', 'application/problem+json');
    assert.equal(body.type, '/docs#overloaded');
    const agent = new Agent({ keepAlive: true });
    const [{ headers }] = (await once(get(`${urlOf(server).url}/live`, { agent }), 'response')) as [IncomingMessage];
    assert.equal(headers.connection, 'keep-alive');
    agent.destroy();
  });

  it('disconnects a client that does not read', async () => {
    const { feed, subscribed, left } = feedOfOne();
    const server = await startApp([liveRoute({ feed, checkReadToken: undefined })]);
    const stream = await openStream(urlOf(server));
    stream.on('error', () => {}).pause();
    (await subscribed).send('x'.repeat(32 * 1024 * 1024));
    await left;
  });
});
