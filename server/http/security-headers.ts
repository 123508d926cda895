import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';
import type { Protocol } from '../timestamps/record.ts';

/** Pages load only the service's own files and nothing inline, so injected scripts cannot run. */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

/**
 * Helmet's headers for pages, as alternating names and values. Computed once, because helmet is slower than Express
 * itself.
 */
export const SECURITY_HEADERS: readonly string[] = computeHeaders();

const NO_SNIFF = ['X-Content-Type-Options', 'nosniff'];
const STRICT_TRANSPORT = [
  'Strict-Transport-Security',
  SECURITY_HEADERS[SECURITY_HEADERS.indexOf('strict-transport-security') + 1] as string,
];
const OVER_TLS = [...NO_SNIFF, ...STRICT_TRANSPORT];

/**
 * The headers of answers that are text or JSON. The others protect pages, and every answer pays for its bytes
 * (docs/decisions/0032-lean-answers.md).
 */
export function securityHeadersOf(protocol: Protocol): readonly string[] {
  return protocol === 'https' ? OVER_TLS : NO_SNIFF;
}

function computeHeaders(): string[] {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  helmet({ contentSecurityPolicy, referrerPolicy: { policy: 'no-referrer' } })(response.req, response, () => {});
  return Object.entries(response.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
}
