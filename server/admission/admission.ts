import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { type Quota, ServiceError } from '../errors.ts';
import { createRateLimiter, shareOfWorker } from './rate-limit.ts';
import { createRetryAfter } from './retry-after.ts';
import { watchSaturation } from './saturation.ts';
import { createWaitLimit } from './wait-limit.ts';

export interface AdmissionOptions {
  readonly config: Pick<Config, 'rateLimit' | 'maxEventLoopDelayMs' | 'maxPending' | 'workers'>;
  readonly logger: Logger;
  /** The number of timestamps that wait for a write. */
  readonly pending: () => number;
  /** How long the oldest of them has waited, without the commit window. */
  readonly oldestWaitMs: () => number;
  readonly onRefused: () => void;
}

/** Timestamps may wait for this share of the event loop delay at which the process is saturated: 100 of 500 ms. */
const TARGET_WAIT_SHARE = 0.2;

/**
 * Decides once per request whether a timestamp is admitted. It refuses with 503 while the event loop is saturated or
 * too many timestamps wait, and with 429 above the rate limit. The limit depends on how long they wait.
 * Every refusal has `Retry-After`.
 */
export function createAdmission({ config, logger, pending, oldestWaitMs, onRefused }: AdmissionOptions) {
  const { rateLimit, maxEventLoopDelayMs, maxPending, workers } = config;
  const share = rateLimit && shareOfWorker(rateLimit, workers);
  const limiter = share && createRateLimiter(share, () => performance.now());
  const targetMs = maxEventLoopDelayMs * TARGET_WAIT_SHARE;
  const waitLimit = createWaitLimit({ max: maxPending, targetMs, nowMs: performance.now() });
  const retryAfter = createRetryAfter(performance.now());
  const saturation = watchSaturation({
    maxDelayMs: maxEventLoopDelayMs,
    onSample(loopDelayMs) {
      const nowMs = performance.now();
      waitLimit.sample({ nowMs, loopDelayMs, queueMs: oldestWaitMs() });
      retryAfter.sample(nowMs);
    },
    onChange: (saturated, delayMs) =>
      logger.warn({ delayMs }, saturated ? 'event loop saturated' : 'event loop recovered'),
  });

  function refuse(code: 'overloaded' | 'rate-limited', message: string, quota?: Quota): ServiceError {
    onRefused();
    if (!quota) retryAfter.countRefusal();
    return new ServiceError(code, message, {
      retryAfterS: quota?.windowS ?? retryAfter.seconds(),
      ...(quota && { quota }),
    });
  }

  function quota(): Quota | undefined {
    if (!rateLimit || !limiter) return undefined;
    const { ratePerSecond } = rateLimit;
    return { ratePerSecond, remaining: limiter.remaining(), windowS: limiter.secondsUntilNextToken() };
  }

  return {
    /** The error that refuses the next timestamp, or `undefined`. Each call may take a token of the rate limit. */
    refusal(): ServiceError | undefined {
      retryAfter.countRequest();
      if (saturation.isSaturated()) return refuse('overloaded', 'this process is overloaded');
      if (limiter && !limiter.takeToken())
        return refuse('rate-limited', 'the rate limit of this instance is exceeded', quota());
      const waiting = pending();
      if (!waitLimit.admits(waiting))
        return refuse('overloaded', `${waiting} timestamps are already waiting to be stored`);
      return undefined;
    },
    /**
     * The quota if less than half of the burst was left at the last refusal or admission: clients can slow down before
     * they are refused.
     */
    lowQuota(): Quota | undefined {
      return share && limiter && limiter.lastTokens() < share.burst / 2 ? quota() : undefined;
    },
    /** Whether timestamps recently waited too long. Other operations are then refused, so that timestamps are not. */
    isOverloaded: () => saturation.isSaturated() || waitLimit.isOverloaded(),
    close: () => saturation.close(),
  };
}
