import type { RequestListener } from 'node:http';
import type { Logger } from 'pino';
import { remoteAddressOf } from './arrival.ts';

/** Logs one line per request, after the response was sent or the client disconnected. */
export function createAccessLog(logger: Logger): RequestListener {
  return (request, response) => {
    const { method, url } = request;
    const startMs = performance.now();
    // Now, because a connection that was closed has no address.
    const client = remoteAddressOf(request);
    response.once('close', () => {
      const ms = Math.round((performance.now() - startMs) * 1000) / 1000;
      const aborted = !response.writableFinished;
      logger.info({ method, url, status: response.statusCode, ms, client, ...(aborted && { aborted }) }, 'request');
    });
  };
}
