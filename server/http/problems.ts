import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import accepts from 'accepts';
import type { Logger } from 'pino';
import { type ErrorCode, type FieldError, ServiceError } from '../errors.ts';
import { protocolOf } from './arrival.ts';
import type { AssetUrl } from './pages/layout.ts';
import { problemPage } from './pages/problem-page.ts';
import { rateLimitFields } from './rate-limit-fields.ts';
import { hasBody } from './read-body.ts';
import type { Problem } from './schemas.ts';
import { pageHeadersOf, securityHeadersOf } from './security-headers.ts';

export type ProblemType = ErrorCode | 'internal';

/** Every problem type: its status, and its meaning for `GET /docs`, to which the problem's `type` links. */
export const PROBLEM_TYPES: Readonly<Record<ProblemType, { readonly status: number; readonly meaning: string }>> = {
  invalid: {
    status: 400,
    meaning: 'The request is not valid. `errors` names each invalid field and what is expected.',
  },
  unauthorized: {
    status: 401,
    meaning: 'The read or write token is missing or wrong. Send it as `Authorization: Bearer`.',
  },
  'not-found': { status: 404, meaning: 'There is nothing at this address.' },
  'method-not-allowed': {
    status: 405,
    meaning: 'The address does not support this method. `Allow` lists its methods.',
  },
  'not-acceptable': { status: 406, meaning: 'The operation supports none of the media types in `Accept`.' },
  conflict: { status: 409, meaning: 'A value that must be unique is already taken. `errors` names its field.' },
  'key-invalid': {
    status: 400,
    meaning:
      'The `Idempotency-Key` is malformed. Send a string of 1 to 255 characters in quotes, such as a random UUID. Nothing was done.',
  },
  'key-in-use': {
    status: 409,
    meaning:
      'A request with this `Idempotency-Key` is still being processed. Repeat this one after `Retry-After`, with the same key.',
  },
  'key-reused': {
    status: 422,
    meaning:
      'This `Idempotency-Key` was used with another request. Nothing was done; send each new request with a new key.',
  },
  'other-region': {
    status: 421,
    meaning: 'Only the home region of the service does this. Nothing was done; `detail` names that region and its URL.',
  },
  'too-large': { status: 413, meaning: 'The request body is larger than the operation accepts. Nothing was done.' },
  'unsupported-media-type': { status: 415, meaning: 'The operation cannot read a body of this media type.' },
  'rate-limited': { status: 429, meaning: 'The rate limit is exceeded. Nothing was done; retry after `Retry-After`.' },
  overloaded: { status: 503, meaning: 'This process is overloaded. Nothing was done; retry after `Retry-After`.' },
  draining: { status: 503, meaning: 'This process is shutting down. Nothing was done; retry after `Retry-After`.' },
  unavailable: {
    status: 503,
    meaning:
      'The request could not be stored or read in time; it may still have been stored. Retry after `Retry-After`, with the same `Idempotency-Key` if there was one.',
  },
  internal: { status: 500, meaning: 'The server failed; the request is not the cause. The error has been logged.' },
};

/** Problem details (RFC 9457). */
export function problem(type: ProblemType, detail: string, errors: readonly FieldError[] = []): Problem {
  const { status } = PROBLEM_TYPES[type];
  const title = STATUS_CODES[status] ?? '';
  return { type: `/docs#${type}`, title, status, detail, ...(errors.length > 0 && { errors: [...errors] }) };
}

/** Clients see the details of a `ServiceError` only. */
function problemOf(error: unknown): Problem {
  if (error instanceof ServiceError) return problem(error.code, error.message, error.fields);
  return problem('internal', PROBLEM_TYPES.internal.meaning);
}

/** `login` makes a browser ask for a token. */
function headersOf(error: unknown, login: boolean): string[] {
  if (!(error instanceof ServiceError)) return [];
  const headers: string[] = [];
  if (error.retryAfterS !== undefined) headers.push('Retry-After', String(Math.max(1, Math.ceil(error.retryAfterS))));
  headers.push(...rateLimitFields(error.quota));
  if (error.allow) headers.push('Allow', error.allow.join(', '));
  if (error.code === 'unauthorized') headers.push('WWW-Authenticate', 'Bearer realm="stampede"');
  if (error.code === 'unauthorized' && login)
    headers.push('WWW-Authenticate', 'Basic realm="Read token as the password", charset="UTF-8"');
  return headers;
}

export type SendProblem = (request: IncomingMessage, response: ServerResponse, error: unknown) => void;

export interface SendProblemOptions {
  readonly assetUrl: AssetUrl;
  readonly logger: Logger;
  readonly trustedProxies: number;
}

/**
 * Sends an error as problem details: a page for browsers, `application/problem+json` for other clients. Logs unexpected
 * errors, and failures with a cause, in full. Errors of clients are not logged.
 */
export function createSendProblem({ assetUrl, logger, trustedProxies }: SendProblemOptions): SendProblem {
  return (request, response, error) => {
    const sent = problemOf(error);
    if (sent.status === 500 || (sent.status > 500 && (error as Error).cause !== undefined))
      logger.error({ err: error, method: request.method, url: request.url }, 'request failed');
    // Once the headers are sent, only closing the connection can signal the failure.
    if (response.headersSent) return void response.destroy();
    const html = prefersHtml(request);
    const body = html ? problemPage(assetUrl, sent) : `${JSON.stringify(sent)}\n`;
    const bytes = Buffer.byteLength(body);
    // The rest of a refused body is not read, so the connection cannot be reused.
    if (hasBody(request) && !request.complete) response.shouldKeepAlive = false;
    response.writeHead(sent.status, [
      'Content-Type',
      html ? 'text/html; charset=utf-8' : 'application/problem+json',
      'Content-Length',
      String(bytes),
      'Cache-Control',
      'no-store',
      'Vary',
      'Accept',
      ...headersOf(error, html && request.method !== 'POST'),
      ...(html ? pageHeadersOf : securityHeadersOf)(protocolOf(request, trustedProxies)),
    ]);
    if (request.method === 'HEAD') response.end();
    // Node writes ASCII faster as Latin-1.
    else response.end(body, bytes === body.length ? 'latin1' : 'utf8');
  };
}

/** Most programs send no `Accept`, or that of curl, so most refusals need no content negotiation. */
function prefersHtml(request: IncomingMessage): boolean {
  const { accept } = request.headers;
  if (accept === undefined || accept === '*/*') return false;
  return accepts(request).types(['application/problem+json', 'application/json', 'text/html']) === 'text/html';
}
