import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { MAX_HEADER_BYTES, TIMEOUTS_MS, TIMESTAMPS_PATH } from '../contract.ts';
import type { PostApp } from './post-app.ts';

export interface HttpServerOptions {
  readonly postApp: PostApp;
  readonly app: RequestListener;
  readonly isDraining: () => boolean;
  /** Called with every request before it is served. */
  readonly observe?: RequestListener;
}

/**
 * The HTTP server. It answers an exact `POST /app` without Express, which uses a fraction of the CPU time
 * (docs/decisions/0004). Express answers every other request, and other forms of `POST /app` by the same function.
 */
export function createHttpServer({ postApp, app, isDraining, observe }: HttpServerOptions): Server {
  const server = createServer(
    {
      keepAliveTimeout: TIMEOUTS_MS.keepAlive,
      headersTimeout: TIMEOUTS_MS.request,
      requestTimeout: TIMEOUTS_MS.request,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (request, response) => {
      // The response tells the client not to reuse a connection that is about to close.
      if (isDraining()) response.shouldKeepAlive = false;
      observe?.(request, response);
      if (request.method === 'POST' && request.url === TIMESTAMPS_PATH) postApp(request, response);
      else app(request, response);
    },
  );
  trackConnections(server);
  return server;
}

const connectionsOf = new WeakMap<Server, Set<Socket>>();

function trackConnections(server: Server): void {
  const connections = new Set<Socket>();
  connectionsOf.set(server, connections);
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
}

/** Node.js counts a connection as idle although its client has not yet read the whole answer. */
function isAnswerUnread(server: Server): boolean {
  return [...(connectionsOf.get(server) ?? [])].some((socket) => socket.writableLength > 0);
}

/** An idle connection stays open for this long, because its client may already have sent a request. */
const IDLE_GRACE_MS = 1_000;

/**
 * Stops accepting connections and resolves when the open ones have ended: after the response to their current request,
 * or after {@link IDLE_GRACE_MS} without a request. While a client still reads an answer, idle connections stay open.
 * `server.close()` of `node:http` would close idle connections immediately, and requests in transit would be lost.
 */
export async function drainConnections(server: Server): Promise<void> {
  const closed = once(server, 'close');
  NetServer.prototype.close.call(server);
  const idle = setInterval(() => {
    if (!isAnswerUnread(server)) server.closeIdleConnections();
  }, IDLE_GRACE_MS);
  await closed;
  clearInterval(idle);
}
