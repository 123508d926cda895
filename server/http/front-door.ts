import { createServer, type RequestListener, type Server } from 'node:http';
import { TIMEOUTS_MS, TIMESTAMPS_PATH } from '../contract.ts';
import type { PostApp } from './post-app.ts';

export interface FrontDoorOptions {
  readonly postApp: PostApp;
  readonly app: RequestListener;
  readonly isDraining: () => boolean;
  /** Is shown every request and its response before they are served. */
  readonly observe?: RequestListener;
}

/**
 * The HTTP server. `POST /app`, spelt exactly so, is answered before Express: the same function that the Express route
 * calls, at a fraction of the CPU (docs/decisions has the measurement). All else is Express's.
 */
export const createFrontDoor = ({ postApp, app, isDraining, observe }: FrontDoorOptions): Server =>
  createServer(
    {
      keepAliveTimeout: TIMEOUTS_MS.keepAlive,
      headersTimeout: TIMEOUTS_MS.request,
      requestTimeout: TIMEOUTS_MS.request,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => {
      // The answer tells the client not to send another request down a connection that is about to close.
      if (isDraining()) response.shouldKeepAlive = false;
      observe?.(request, response);
      if (request.method === 'POST' && request.url === TIMESTAMPS_PATH) postApp(request, response);
      else app(request, response);
    },
  );
