import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import request from 'supertest';
import { MAX_HEADER_BYTES, TIMEOUTS_MS } from '../../../server/contract.ts';
import { startDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';

const database = await startDatabase();
const service = await startService(database);
const { server, url } = service;
const port = Number(new URL(url).port);

const open = async (): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
};

/** All data that the server sends until it closes the connection. */
const conversation = async (text: string): Promise<string> => {
  const socket = await open();
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.write(text);
  await once(socket, 'close');
  return received;
};

const isHealthy = () => request(server).get('/health').expect(200, { status: 'ok' });

describe('GET /', () => {
  it('shows programs which instance answered', async () => {
    const { body } = await request(server).get('/').expect(200).expect('content-type', /json/);
    const { uptimeSeconds, ...facts } = body;
    assert.deepEqual(facts, { hostname: 'test-host', version: '1.2.3', commit: 'abcdef123456' });
    assert.ok(uptimeSeconds >= 0);
  });

  it('shows browsers a page', async () => {
    const { text } = await request(server).get('/').set('accept', 'text/html').expect(200);
    assert.match(text, /test-host/);
  });
});

describe('an unknown address or method', () => {
  it('is answered 404, as problem details for programs and as a page for browsers', async () => {
    const { body } = await request(server)
      .get('/nothing')
      .expect(404)
      .expect('content-type', 'application/problem+json');
    assert.deepEqual(body, {
      type: '/docs#not-found',
      title: 'Not Found',
      status: 404,
      detail: 'there is nothing at /nothing',
    });
    const page = await request(server)
      .get('/<script>')
      .set('accept', 'text/html')
      .expect(404)
      .expect('content-type', /html/);
    assert.ok(!page.text.includes('<script>'));
  });

  it('is answered 405 with Allow if only the method is wrong', async () => {
    const { headers } = await request(server).delete('/app').expect(405);
    assert.equal(headers['allow'], 'GET, HEAD, POST');
    await request(server).post('/health').expect(405).expect('allow', 'GET, HEAD');
  });
});

describe('every answer', () => {
  it('has the security headers and does not name the software', async () => {
    for (const path of ['/', '/app', '/health', '/nothing']) {
      const { headers } = await request(server).get(path);
      assert.match(headers['content-security-policy'] ?? '', /^default-src 'none';script-src 'self'/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['x-powered-by'], undefined);
    }
    const { headers } = await request(server).post('/app');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['x-powered-by'], undefined);
  });

  it('has no body for HEAD', async () => {
    const { text } = await request(server).head('/app').expect(200);
    assert.equal(text, undefined);
  });
});

describe('an unexpected error', () => {
  it('is logged in full and hidden from the client', async () => {
    const broken = await startService({ ...database, tableName: 'no-such-table' });
    const { body } = await request(broken.server).post('/app').expect(503).expect('retry-after', '1');
    assert.ok(!JSON.stringify(body).includes('ResourceNotFound'));
    const line = broken.log.find(({ msg }) => msg === 'block failed');
    assert.match(JSON.stringify(line), /ResourceNotFound/);
  });
});

describe('the connection', () => {
  it('has a longer idle timeout than the load balancer', () => {
    assert.equal(server.keepAliveTimeout, TIMEOUTS_MS.keepAlive);
    assert.ok(server.keepAliveTimeout > TIMEOUTS_MS.albIdle);
  });

  it('allows no more time for headers than for the request (Node.js would swap the two)', () => {
    assert.equal(server.requestTimeout, TIMEOUTS_MS.request);
    assert.ok(server.headersTimeout <= server.requestTimeout);
  });

  it('answers pipelined requests in order', async () => {
    const post = 'POST /app HTTP/1.1\r\nHost: a\r\n\r\n';
    const health = 'GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const received = await conversation(post + post + health);
    assert.deepEqual(received.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 201', 'HTTP/1.1 201', 'HTTP/1.1 200']);
  });

  it('is closed with a 400 on data that is not HTTP', async () => {
    for (const garbage of [
      '\x16\x03\x01\x02\x00\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'POST /app HTTP/1.1\r\nContent-Length: -1\r\n\r\n',
    ])
      assert.match(await conversation(garbage), /^HTTP\/1\.1 400 /);
    await isHealthy();
  });

  it('is closed with a 431 when the headers are too large', async () => {
    const sized = (bytes: number): string => {
      const [line, end] = ['GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: ', '\r\n\r\n'];
      return line + 'x'.repeat(bytes - line.length - end.length) + end;
    };
    assert.match(await conversation(sized(MAX_HEADER_BYTES - 100)), /^HTTP\/1\.1 200 /);
    assert.match(await conversation(sized(MAX_HEADER_BYTES + 100)), /^HTTP\/1\.1 431 /);
    await isHealthy();
  });

  it('may be reset at any point of a request', async () => {
    for (const part of [
      'POST /a',
      'POST /app HTTP/1.1\r\nHost',
      'POST /app HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc',
    ]) {
      const socket = await open();
      socket.write(part);
      socket.resetAndDestroy();
    }
    await isHealthy();
  });

  it('may be slow without delaying others', async () => {
    const slow = await Promise.all(Array.from({ length: 200 }, open));
    for (const socket of slow) socket.write('POST /app HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1');
    await request(server).post('/app').expect(201);
    await isHealthy();
    const last = slow.at(-1) as Socket;
    last.write('2');
    const [answer] = await once(last, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 201 /);
    for (const socket of slow) socket.destroy();
  });

  it('may be reset while the timestamp is being stored', async () => {
    const release = database.hold();
    const arrived = service.arrived(1);
    const socket = await open();
    socket.write('POST /app HTTP/1.1\r\nHost: a\r\n\r\n');
    await arrived;
    socket.resetAndDestroy();
    release();
    await request(server).post('/app').expect(201);
  });
});

describe('draining', () => {
  it('answers 503 to health checks, finishes requests in flight, and then closes their connections', async () => {
    const draining = await startService(database);
    const release = database.hold();
    const arrived = draining.arrived(1);
    const inFlight = fetch(`${draining.url}/app`, { method: 'POST' });
    await arrived;
    const accepted = once(draining.server, 'connection');
    const kept = connect(Number(new URL(draining.url).port), '127.0.0.1');
    await accepted;

    const drained = draining.drain();
    kept.write('GET /health HTTP/1.1\r\nHost: a\r\n\r\n');
    const [answer] = await once(kept, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 503 /);
    assert.match(String(answer), /connection: close/i);
    assert.match(String(answer), /draining/);

    release();
    assert.equal((await inFlight).status, 201);
    await drained;
    await assert.rejects(fetch(`${draining.url}/health`));
  });

  it('writes pending timestamps even if their client has disconnected', async () => {
    const draining = await startService(database);
    const count = async () => (await request(server).get('/app?limit=1000&consistent=true')).body.timestamps.length;
    const before = await count();
    const release = database.hold();
    const arrived = draining.arrived(1);
    const socket = connect(Number(new URL(draining.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write('POST /app HTTP/1.1\r\nHost: a\r\n\r\n');
    await arrived;
    socket.resetAndDestroy();

    let isDrained = false;
    const drained = draining.drain().then(() => {
      isDrained = true;
    });
    await once(draining.server, 'close');
    await new Promise(setImmediate);
    assert.equal(isDrained, false);
    release();
    await drained;
    assert.equal(await count(), before + 1);
  });
});
