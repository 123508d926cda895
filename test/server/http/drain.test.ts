import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it, mock } from 'node:test';
import { createHttpServer, drainConnections } from '../../../server/http/http-server.ts';
import { listenDuringTests } from '../support/listen.ts';

/** More than the kernel's buffers of a connection hold. */
const LONG_ANSWER = Buffer.alloc(32 * 1024 * 1024, 'x');

/** A server with a long answer at every path, and the means to drain it. */
async function startServer() {
  const answered = Promise.withResolvers<void>();
  const server = createHttpServer({
    postApp: () => {},
    app: (_request, response) => {
      response.end(LONG_ANSWER);
      answered.resolve();
    },
    isDraining: () => true,
  });
  const url = new URL(await listenDuringTests(server));
  return { server, port: Number(url.port), answered: answered.promise };
}

/** Sends a request on a new connection whose answer is not read yet. */
async function requestWithoutReading(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').pause();
  await once(socket, 'connect');
  socket.write('GET /app?limit=1000 HTTP/1.1\r\nHost: test\r\n\r\n');
  return socket;
}

/** Reads until the connection ends; returns the number of bytes. */
async function bytesUntilEnd(socket: Socket): Promise<number> {
  let bytes = 0;
  for await (const chunk of socket) bytes += (chunk as Buffer).length;
  return bytes;
}

describe('draining', { timeout: 60_000 }, () => {
  it('waits until a slow client has read its answer', async () => {
    const { server, port, answered } = await startServer();
    const slow = await requestWithoutReading(port);
    await answered;
    mock.timers.enable({ apis: ['setInterval'] });
    const drained = drainConnections(server);
    mock.timers.tick(10_000);
    mock.timers.reset();
    const bytes = await bytesUntilEnd(slow);
    assert.ok(bytes > LONG_ANSWER.length, `${bytes} bytes arrived`);
    await drained;
  });
});
