import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { ServiceError } from '../errors.ts';
import { createRateLimiter, shareOfWorker } from './rate-limit.ts';
import { watchSaturation } from './saturation.ts';

export interface AdmissionOptions {
  readonly config: Pick<Config, 'rateLimit' | 'maxEventLoopDelayMs' | 'maxPending' | 'workers'>;
  readonly logger: Logger;
  /** The number of timestamps that wait for a write. */
  readonly pending: () => number;
  readonly onRefused: () => void;
}

/**
 * Decides once per request whether a timestamp is admitted. It refuses with 503 while the event loop is saturated or
 * too many timestamps wait, and with 429 above the rate limit. Every refusal has `Retry-After`.
 */
export function createAdmission({ config, logger, pending, onRefused }: AdmissionOptions) {
  const { rateLimit, maxEventLoopDelayMs, maxPending, workers } = config;
  const limiter = rateLimit && createRateLimiter(shareOfWorker(rateLimit, workers), () => performance.now());
  const saturation = watchSaturation({
    maxDelayMs: maxEventLoopDelayMs,
    onChange: (saturated, delayMs) =>
      logger.warn({ delayMs }, saturated ? 'event loop saturated' : 'event loop recovered'),
  });

  function refuse(code: 'overloaded' | 'rate-limited', message: string, retryAfterS = 1): ServiceError {
    onRefused();
    return new ServiceError(code, message, { retryAfterS });
  }

  return {
    /** The error that refuses the next timestamp, or `undefined`. Each call may take a token of the rate limit. */
    refusal(): ServiceError | undefined {
      if (saturation.isSaturated()) return refuse('overloaded', 'this process is overloaded');
      if (limiter && !limiter.takeToken()) {
        const message = 'the rate limit of this instance is exceeded';
        return refuse('rate-limited', message, limiter.secondsUntilNextToken());
      }
      const waiting = pending();
      if (waiting >= maxPending) return refuse('overloaded', `${waiting} timestamps are already waiting to be stored`);
      return undefined;
    },
    close: () => saturation.close(),
  };
}
