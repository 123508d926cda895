import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { ServiceError } from '../errors.ts';
import { createRateLimiter, shareOfWorker } from './rate-limit.ts';
import { watchSaturation } from './saturation.ts';

export interface AdmissionOptions {
  readonly config: Pick<Config, 'rateLimit' | 'maxEventLoopDelayMs' | 'maxPending' | 'workers'>;
  readonly logger: Logger;
  /** How many timestamps wait for a write. */
  readonly pending: () => number;
  /** Called once for each refusal. */
  readonly onRefused: () => void;
}

/**
 * Decides whether a timestamp is admitted, once per request. It refuses while the event loop is saturated or too many
 * timestamps wait (503), and beyond the rate limit (429), all with `Retry-After`.
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
    /** Why the next timestamp is refused, or `undefined`. Each call may take a token of the rate limit. */
    refusal(): ServiceError | undefined {
      if (saturation.isSaturated()) return refuse('overloaded', 'this process has more to do than it can');
      if (limiter && !limiter.takeToken()) {
        const message = 'more timestamps per second than this instance is set to take';
        return refuse('rate-limited', message, limiter.secondsUntilNextToken());
      }
      const waiting = pending();
      if (waiting >= maxPending) return refuse('overloaded', `${waiting} timestamps wait to be stored already`);
      return undefined;
    },
    close: () => saturation.close(),
  };
}
