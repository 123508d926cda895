import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import accepts from 'accepts';
import type { Logger } from 'pino';
import { type ErrorCode, ServiceError } from '../errors.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** The one place where a domain error becomes a status. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid: 400,
  unauthorized: 401,
  'not-found': 404,
  'method-not-allowed': 405,
  'not-acceptable': 406,
  conflict: 409,
  'too-large': 413,
  'unsupported-media-type': 415,
  'rate-limited': 429,
  overloaded: 503,
  draining: 503,
  unavailable: 503,
};

/** Problem details, RFC 9457. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

const INTERNAL: Problem = {
  type: '/docs#internal',
  title: 'Internal Server Error',
  status: 500,
  detail: 'Something went wrong here, not in the request. It has been logged.',
};

/** What a client is told of an error: everything of a `ServiceError`, nothing of any other. */
export const problemOf = (error: unknown): Problem => {
  if (!(error instanceof ServiceError)) return INTERNAL;
  const status = STATUS[error.code];
  return {
    type: `/docs#${error.code}`,
    title: STATUS_CODES[status] ?? '',
    status,
    detail: error.message,
    ...(error.fields.length > 0 && { errors: error.fields }),
  };
};

const headersOf = (error: unknown): string[] => {
  if (!(error instanceof ServiceError)) return [];
  const headers = [];
  if (error.retryAfterS !== undefined) headers.push('Retry-After', String(Math.max(1, Math.ceil(error.retryAfterS))));
  if (error.allow) headers.push('Allow', error.allow.join(', '));
  if (error.code === 'unauthorized') headers.push('WWW-Authenticate', 'Bearer realm="stampede"');
  return headers;
};

/** Renders a problem for people. */
export type ProblemPage = (problem: Problem) => string;

/**
 * Answers with the problem: a page for browsers, `application/problem+json` for everybody else. Errors that nobody
 * foresaw, or that something else caused, are logged with all they carry; the client learns only that there was one.
 */
export const createSendProblem =
  (page: ProblemPage, logger: Logger) =>
  (request: IncomingMessage, response: ServerResponse, error: unknown): void => {
    const problem = problemOf(error);
    if (problem.status === 500 || (error as Error).cause !== undefined)
      logger.error({ err: error, method: request.method, url: request.url }, 'request failed');
    // Headers are out: the only honest signal left is a connection that breaks off.
    if (response.headersSent) return void response.destroy();
    const html = accepts(request).types(['application/problem+json', 'application/json', 'text/html']) === 'text/html';
    const body = html ? page(problem) : `${JSON.stringify(problem)}\n`;
    // What is left of a refused body is not read, so the connection cannot serve another request.
    if (!request.complete) response.shouldKeepAlive = false;
    response.writeHead(problem.status, [
      'Content-Type',
      html ? 'text/html; charset=utf-8' : 'application/problem+json',
      'Content-Length',
      String(Buffer.byteLength(body)),
      'Cache-Control',
      'no-store',
      'Vary',
      'Accept',
      ...headersOf(error),
      ...SECURITY_HEADERS,
    ]);
    response.end(request.method === 'HEAD' ? undefined : body);
  };

export type SendProblem = ReturnType<typeof createSendProblem>;
