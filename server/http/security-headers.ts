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

const STRICT_TRANSPORT_NAME = 'strict-transport-security';

/** Helmet's headers for pages by their names. Computed once, because helmet is slower than Express itself. */
const HELMET = computeHeaders();

const flat = (headers: ReadonlyMap<string, string>): readonly string[] => [...headers].flat();
const plainPages = new Map([...HELMET].filter(([name]) => name !== STRICT_TRANSPORT_NAME));
// RFC 6797, section 7.2, forbids the header over plain HTTP.
const ON_PAGES: Readonly<Record<Protocol, readonly string[]>> = { http: flat(plainPages), https: flat(HELMET) };

const NO_SNIFF = ['X-Content-Type-Options', 'nosniff'];
const STRICT_TRANSPORT = ['Strict-Transport-Security', HELMET.get(STRICT_TRANSPORT_NAME) as string];
const OVER_TLS = [...NO_SNIFF, ...STRICT_TRANSPORT];

/** The headers of pages and of all routes but `POST /app`, as alternating names and values. */
export function pageHeadersOf(protocol: Protocol): readonly string[] {
  return ON_PAGES[protocol];
}

/**
 * The headers of answers that are text or JSON. The others protect pages, and every answer pays for its bytes
 * (docs/decisions/0032-lean-answers.md).
 */
export function securityHeadersOf(protocol: Protocol): readonly string[] {
  return protocol === 'https' ? OVER_TLS : NO_SNIFF;
}

function computeHeaders(): ReadonlyMap<string, string> {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  helmet({ contentSecurityPolicy, referrerPolicy: { policy: 'no-referrer' } })(response.req, response, () => {});
  return new Map(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]));
}
