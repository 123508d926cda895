import type { Check } from '../settings/checks.ts';

/** A wider door than /16 is a mistake rather than an office. */
const WIDEST_PREFIX = 16;

/** Accepts an IPv4 network that is small enough to be somebody's, so never 0.0.0.0/0. */
export const sshCidr: Check<string> = {
  expectation: `an IPv4 network of /${WIDEST_PREFIX} or smaller such as 198.51.100.7/32, never 0.0.0.0/0`,
  read: (value) => {
    const match = typeof value === 'string' && /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(value);
    if (!match) return undefined;
    const [prefix = 0, ...octets] = match.slice(1).map(Number).reverse();
    const valid = octets.every((octet) => octet <= 255) && prefix >= WIDEST_PREFIX && prefix <= 32;
    return valid ? match[0] : undefined;
  },
};
