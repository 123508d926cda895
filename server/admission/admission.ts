import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { ServiceError } from '../errors.ts';
import { createRateLimiter, shareOfWorker } from './rate-limit.ts';
import { watchSaturation } from './saturation.ts';

/** Decides, before any work is done, whether a timestamp is taken. */
export interface Admission {
  /** Why the next one is refused, or `undefined`. Asking takes a token of the rate limit. */
  readonly refusal: () => ServiceError | undefined;
  readonly close: () => void;
}

/** Refuses beyond the rate limit (429) and while the event loop is saturated (503), both with `Retry-After`. */
export const createAdmission = (
  { rateLimit, maxEventLoopDelayMs, workers }: Pick<Config, 'rateLimit' | 'maxEventLoopDelayMs' | 'workers'>,
  logger: Logger,
): Admission => {
  const limiter = rateLimit && createRateLimiter(shareOfWorker(rateLimit, workers), () => performance.now());
  const saturation = watchSaturation({
    maxDelayMs: maxEventLoopDelayMs,
    onChange: (saturated, delayMs) =>
      logger.warn({ delayMs }, saturated ? 'event loop saturated' : 'event loop recovered'),
  });
  return {
    refusal: () => {
      if (saturation.isSaturated())
        return new ServiceError('overloaded', 'this process has more to do than it can', { retryAfterS: 1 });
      if (limiter && !limiter.takeToken())
        return new ServiceError('rate-limited', 'more timestamps per second than this instance is set to take', {
          retryAfterS: limiter.secondsUntilNextToken(),
        });
      return undefined;
    },
    close: () => saturation.close(),
  };
};
