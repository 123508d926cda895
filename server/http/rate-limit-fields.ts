import type { Quota } from '../errors.ts';

/** The name of the only policy: the limit of an instance for all its clients together. */
const POLICY = '"instance"';

/**
 * `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11), as alternating names and values; none
 * without a quota. docs/decisions/0050-rate-limit-fields.md says which answers have them.
 */
export function rateLimitFields(quota: Quota | undefined): readonly string[] {
  if (quota === undefined) return [];
  const { ratePerSecond, remaining, windowS } = quota;
  return ['RateLimit-Policy', `${POLICY};q=${ratePerSecond};w=1`, 'RateLimit', `${POLICY};r=${remaining};t=${windowS}`];
}
