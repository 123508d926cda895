import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

/** Nothing may be loaded but the service's own files, and nothing inline: a page cannot be made to run foreign script. */
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
 * Helmet's headers as names and values in turn. They are the same for every response, so helmet computes them once
 * here instead of for each request (where it costs more than Express itself, see docs/decisions).
 */
export const SECURITY_HEADERS: readonly string[] = (() => {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  helmet({ contentSecurityPolicy, referrerPolicy: { policy: 'no-referrer' } })(response.req, response, () => {});
  return Object.entries(response.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
})();
