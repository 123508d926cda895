import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { TIMEOUTS_MS, TIMESTAMPS_PATH } from '../contract.ts';
import type { PostApp } from './post-app.ts';

export interface HttpServerOptions {
  readonly postApp: PostApp;
  readonly app: RequestListener;
  readonly isDraining: () => boolean;
  /** Called with every request and its response before they are served. */
  readonly observe?: RequestListener;
}

/**
 * The HTTP server. It answers an exact `POST /app` before Express, with the function that the Express route also calls,
 * at a fraction of the CPU (docs/decisions/0004). Express answers every other request.
 */
export function createHttpServer({ postApp, app, isDraining, observe }: HttpServerOptions): Server {
  return createServer(
    {
      keepAliveTimeout: TIMEOUTS_MS.keepAlive,
      headersTimeout: TIMEOUTS_MS.request,
      requestTimeout: TIMEOUTS_MS.request,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => {
      // The response tells the client not to reuse a connection that is about to close.
      if (isDraining()) response.shouldKeepAlive = false;
      observe?.(request, response);
      if (request.method === 'POST' && request.url === TIMESTAMPS_PATH) postApp(request, response);
      else app(request, response);
    },
  );
}

/**
 * How long an idle connection stays open for a request that its client may already have sent. Responses sent meanwhile
 * carry `Connection: close`, so a load balancer closes its busy connections itself.
 */
const IDLE_GRACE_MS = 1_000;

/**
 * Stops accepting connections and resolves when the open ones have ended: after the response to their current request,
 * or after {@link IDLE_GRACE_MS} without one. `server.close()` of `node:http` would cut idle connections at once, and
 * with them the requests that are on their way.
 */
export async function drainConnections(server: Server): Promise<void> {
  const closed = once(server, 'close');
  NetServer.prototype.close.call(server);
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_GRACE_MS);
  await closed;
  clearInterval(idle);
}
