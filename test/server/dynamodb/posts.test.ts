import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, it, type TestContext } from 'node:test';
import { createServer as createTlsServer, setDefaultCACertificates } from 'node:tls';
import { LOCALHOST } from '../../../scripts/bench/backends/localhost-certificate.ts';
import { createPosts } from '../../../server/dynamodb/posts.ts';
import { systemRuntime } from '../../../server/runtime.ts';

const DEADLINE_MS = 5_000;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';

/** Handles a complete post. */
type React = (socket: Socket, post: string, connection: number) => void;

const answering =
  (text: string): React =>
  (socket) =>
    socket.write(text);

/** A server that handles each post and numbers its connections from 1. */
async function start(t: TestContext, server: Server, react: React, protocol = 'http:', hostname = '127.0.0.1') {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on(protocol === 'https:' ? 'secureConnection' : 'connection', (socket: Socket) => {
    const connection = ++connections;
    let received = '';
    sockets.add(socket);
    socket.setEncoding('utf8').on('error', () => {});
    socket.on('data', (text: string) => {
      received += text;
      const headEnd = received.indexOf('\r\n\r\n') + 4;
      const length = Number(/content-length: (\d+)/.exec(received)?.[1]);
      if (headEnd < 4 || Buffer.byteLength(received.slice(headEnd)) < length) return;
      const post = received;
      received = '';
      react(socket, post, connection);
    });
  });
  server.listen(0, protocol === 'https:' ? 'localhost' : hostname.replace(/[[\]]/g, ''));
  await once(server, 'listening');
  const posts = createPosts({ protocol, hostname, port: (server.address() as AddressInfo).port }, systemRuntime);
  t.after(() => {
    posts.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const answerTo = (body = '{}', timeoutMs = DEADLINE_MS) =>
    posts.post({ host: hostname, 'x-a': 'b' }, body, timeoutMs);
  const post = async (body?: string, timeoutMs?: number) => (await answerTo(body, timeoutMs)).status;
  return { post, answerTo, posts, connections: () => connections };
}

describe('posts over keep-alive connections', () => {
  it('send the headers and the body, with its length in bytes', async (t) => {
    const seen: string[] = [];
    const { post } = await start(t, createServer(), (socket, text) => {
      seen.push(text);
      socket.write(OK);
    });
    assert.equal(await post('{"name":"Zoë"}'), 200);
    assert.deepEqual(seen, [
      'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: b\r\ncontent-length: 15\r\nConnection: keep-alive\r\n\r\n{"name":"Zoë"}',
    ]);
  });

  it('resolve with any status, even if the answer arrives byte by byte', async (t) => {
    const text = 'HTTP/1.1 400 Bad Request\r\ncontent-length:5\r\nx-amzn-requestid: 1\r\n\r\nerror';
    const { post } = await start(t, createServer(), async (socket) => {
      for (const byte of text) await new Promise((written) => socket.write(byte, written));
    });
    assert.equal(await post(), 400);
  });

  it('resolve with the bytes of the body and its checksum', async (t) => {
    const text = 'HTTP/1.1 200 OK\r\nX-Amz-Crc32: 42\r\nContent-Length: 3\r\n\r\n\xe9{}';
    const { answerTo } = await start(t, createServer(), (socket) => socket.write(text, 'latin1'));
    assert.deepEqual(await answerTo(), {
      status: 200,
      body: Buffer.of(0xe9, 0x7b, 0x7d),
      checksum: '42',
    });
  });

  it('share one connection if they are sequential, and use further ones if they are concurrent', async (t) => {
    const held: Socket[] = [];
    const { post, connections } = await start(t, createServer(), (socket, text) => {
      if (text.endsWith('held')) held.push(socket);
      else socket.write(OK);
      if (held.length === 2) for (const each of held.splice(0)) each.write(OK);
    });
    await post();
    await post();
    assert.equal(connections(), 1);
    assert.deepEqual(await Promise.all([post('held'), post('held')]), [200, 200]);
    assert.equal(connections(), 2);
    await Promise.all([post(), post()]);
    assert.equal(connections(), 2);
  });

  const SOON_MS = 200;
  const rejected: readonly [string, string, RegExp][] = [
    ['without a length or an end', 'HTTP/1.1 200 OK\r\n\r\n{}', /no answer within 200 ms/],
    ['with two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}', /Duplicate/],
    ['with too great a length', OK.replace('2\r\n', '3\r\n'), /no answer within 200 ms/],
    ['with too small a length', OK.replace('2\r\n', '1\r\n'), /Parse Error/],
    ['with a folded header', OK.replace('\r\n\r\n', '\r\nx: a\r\n b\r\n\r\n'), /Parse Error/],
    ['with lines that end in LF', OK.replaceAll('\r\n', '\n'), /Parse Error/],
    ['with a space before a colon', OK.replace('Length:', 'Length :'), /Parse Error/],
    ['with a length and chunks', OK.replace('\r\n\r\n', '\r\nTransfer-Encoding: chunked\r\n\r\n'), /Parse Error/],
    ['that is not final', 'HTTP/1.1 100 Continue\r\n\r\n', /no answer within 200 ms/],
    ['with another answer after its end', `${OK}${OK}`, /data after the end/],
    ['with other data after its end', `${OK}x`, /Parse Error/],
    ['with an endless head', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(70_000)}`, /Header overflow/],
    [
      'with a body of more than 64 KiB',
      `HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n${'x'.repeat(70_000)}`,
      /more than 65536/,
    ],
  ];
  for (const [name, text, reason] of rejected)
    it(`reject an answer ${name}, and close its connection`, async (t) => {
      const { post, connections } = await start(t, createServer(), (socket, _post, connection) =>
        socket.write(connection === 1 ? text : OK),
      );
      await assert.rejects(post('{}', /200 ms/.test(reason.source) ? SOON_MS : DEADLINE_MS), reason);
      assert.equal(await post(), 200);
      assert.equal(connections(), 2);
    });

  it('reject if the connection ends before the answer is complete', async (t) => {
    const { post } = await start(t, createServer(), (socket) => socket.end(OK.slice(0, -1)));
    await assert.rejects(post(), { code: 'ECONNRESET' });
  });

  it('reject if no server listens', async () => {
    const posts = createPosts({ protocol: 'http:', hostname: '127.0.0.1', port: 1 }, systemRuntime);
    await assert.rejects(posts.post({ host: 'a' }, '{}', DEADLINE_MS), { code: 'ECONNREFUSED' });
  });

  it('reject after their deadline, and do not use the late answer for the next post', async (t) => {
    const silent = Promise.withResolvers<Socket>();
    const { post } = await start(t, createServer(), (socket, _post, connection) => {
      if (connection === 1) silent.resolve(socket);
      else socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
    });
    await assert.rejects(post('{}', 50), /no answer within 50 ms/);
    (await silent.promise).write(OK);
    assert.equal(await post(), 400);
  });

  it('keep a connection beyond the deadline of its post if the answer came in time', async (t) => {
    const { post, connections } = await start(t, createServer(), answering(OK));
    t.mock.timers.enable({ apis: ['setTimeout'] });
    await post();
    t.mock.timers.tick(2 * DEADLINE_MS);
    await post();
    assert.equal(connections(), 1);
  });

  it('use another connection after the server closed the idle one, with or without Connection: close', async (t) => {
    const closed: Promise<unknown>[] = [];
    const { post, connections } = await start(t, createServer(), (socket, _post, connection) => {
      closed.push(once(socket, 'close'));
      if (connection === 1) socket.end(OK);
      else socket.write(OK.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    });
    for (const connection of [1, 2, 3]) {
      assert.equal(await post(), 200);
      await closed.at(-1);
      assert.equal(connections(), connection);
    }
  });

  it('close an idle connection on which unexpected data arrives', async (t) => {
    const sockets: Socket[] = [];
    const { post, connections } = await start(t, createServer(), (socket) => {
      sockets.push(socket);
      socket.write(OK);
    });
    await post();
    const [idle] = sockets as [Socket];
    idle.write(OK);
    await once(idle, 'close');
    assert.equal(await post(), 200);
    assert.equal(connections(), 2);
  });

  it('leave no connection behind if they are closed before the answer', async (t) => {
    const asked = Promise.withResolvers<Socket>();
    const { post, posts } = await start(t, createServer(), (socket) => asked.resolve(socket));
    const posted = post();
    const socket = await asked.promise;
    posts.close();
    socket.write(OK);
    assert.equal(await posted, 200);
    await once(socket, 'close');
  });

  it('verify the server’s certificate if the origin is https', async (t) => {
    const server = () => createTlsServer(LOCALHOST);
    const unknown = await start(t, server(), answering(OK), 'https:', 'localhost');
    await assert.rejects(unknown.post(), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    setDefaultCACertificates([LOCALHOST.cert]);
    const known = await start(t, server(), answering(OK), 'https:', 'localhost');
    assert.equal(await known.post(), 200);
    const misnamed = await start(t, server(), answering(OK), 'https:', '127.0.0.1');
    await assert.rejects(misnamed.post(), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === '::1'),
  );
  it('support an IPv6 address in brackets', { skip: !hasIpv6 && 'this machine has no IPv6' }, async (t) => {
    const { post } = await start(t, createServer(), answering(OK), 'http:', '[::1]');
    assert.equal(await post(), 200);
  });
});
