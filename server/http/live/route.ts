import type { Request, Response } from 'express';
import { Router } from 'express';
import { LIVE_PATH } from '../../contract.ts';
import { type CheckToken, requireToken } from '../require-token.ts';
import { allow } from '../route.ts';
import { negotiate } from '../validate.ts';
import type { Feed } from './feed.ts';

export interface LiveRouteOptions {
  readonly feed: Feed;
  /** @default - reading needs no token */
  readonly checkReadToken: CheckToken | undefined;
}

const EVENT_STREAM = 'text/event-stream';

/** A client that has this much unread does not read: its connection is closed. */
const MAX_UNREAD_BYTES = 256 * 1024;

/** After this time a stream that has ended is closed, although its client has not read it to the end. */
const END_GRACE_MS = 1_000;

/** `GET /live`: the newest records and the state of the process as server-sent events. */
export function liveRoute(options: LiveRouteOptions): Router {
  const router = Router();
  router
    .route(LIVE_PATH)
    .get(requireToken(options.checkReadToken), (request, response) => stream(request, response, options))
    .all(allow('GET', 'HEAD'));
  return router;
}

function stream(request: Request, response: Response, { feed, checkReadToken }: LiveRouteOptions): void {
  negotiate(request, [EVENT_STREAM]);
  response.set({ 'Content-Type': EVENT_STREAM, 'Cache-Control': 'no-store' });
  if (request.method === 'HEAD') return void response.end();
  const end = () => {
    response.end();
    setTimeout(() => response.destroy(), END_GRACE_MS).unref();
  };
  // The connection ends with the stream, so that a shutdown does not wait for it. A refusal leaves it open.
  const begin = () => {
    if (response.headersSent) return;
    response.shouldKeepAlive = false;
    response.flushHeaders();
  };
  const unsubscribe = feed.subscribe({
    send(event) {
      begin();
      if (!isAllowed(request, checkReadToken)) return end();
      response.write(event);
      if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
    },
    end,
  });
  response.once('close', unsubscribe);
  begin();
}

/** Whether the token of the request is still one of the tokens: a stream must not outlive it. */
function isAllowed(request: Request, check: CheckToken | undefined): boolean {
  try {
    check?.(request);
    return true;
  } catch {
    return false;
  }
}
