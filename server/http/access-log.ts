import type { RequestListener } from 'node:http';
import type { Logger } from 'pino';

/** One line per request, once its answer is out or its client gone. */
export const createAccessLog =
  (logger: Logger): RequestListener =>
  (request, response) => {
    const { method, url } = request;
    const startMs = performance.now();
    response.once('close', () => {
      const ms = Math.round((performance.now() - startMs) * 1000) / 1000;
      const aborted = !response.writableFinished;
      logger.info(
        {
          method,
          url,
          status: response.statusCode,
          ms,
          client: request.socket.remoteAddress,
          ...(aborted && { aborted }),
        },
        'request',
      );
    });
  };
