import type { ErrorCode } from '../../errors.ts';
import { PROBLEM_TYPES, type ProblemType, problem } from '../problems.ts';
import { ProblemSchema } from '../schemas.ts';
import { json, textHeader } from './from-zod.ts';
import type { Header, Reference, Response } from './types.ts';

const RETRY_AFTER: Record<string, Header> = {
  'Retry-After': {
    description: 'Seconds to wait before the next attempt',
    schema: { type: 'integer', minimum: 1, examples: [1] },
  },
};

/** Only if the service has a rate limit. The fields are still a draft. */
export const RATE_LIMIT: Record<string, Header> = {
  'RateLimit-Policy': {
    ...textHeader(
      'The rate limit of an instance for all its clients together: `q` requests in `w` seconds',
      '"instance";q=100;w=1',
    ),
    'x-stability': 'may-change',
  },
  RateLimit: {
    ...textHeader(
      'Within the next `t` seconds, only `r` further requests are certain to be admitted',
      '"instance";r=0;t=1',
    ),
    'x-stability': 'may-change',
  },
};

const HEADERS: Readonly<Partial<Record<ProblemType, Record<string, Header>>>> = {
  unauthorized: { 'WWW-Authenticate': textHeader('The authentication scheme', 'Bearer realm="stampede"') },
  'method-not-allowed': { Allow: textHeader('The supported methods', 'GET, HEAD, POST') },
  'key-in-use': RETRY_AFTER,
  'rate-limited': { ...RETRY_AFTER, ...RATE_LIMIT },
  overloaded: RETRY_AFTER,
  draining: RETRY_AFTER,
  unavailable: RETRY_AFTER,
};

function response(type: ProblemType): Response {
  const { meaning } = PROBLEM_TYPES[type];
  const body = json(ProblemSchema, problem(type, meaning.replaceAll('`', '')))['application/json'] ?? {};
  return {
    description: meaning,
    ...(HEADERS[type] && { headers: HEADERS[type] }),
    content: { 'application/problem+json': body },
  };
}

/** All problems, for `components.responses`, by the name at the end of their `type`. */
export const problemResponses = Object.fromEntries(
  Object.keys(PROBLEM_TYPES).map((type) => [type, response(type as ProblemType)]),
);

/** The responses of an operation that can fail with these problems. Problems with the same status share a response. */
export function problems(...codes: ErrorCode[]): Record<string, Response | Reference> {
  const byStatus = Map.groupBy<number, ProblemType>([...codes, 'internal'], (type) => PROBLEM_TYPES[type].status);
  return Object.fromEntries(
    [...byStatus].map(([status, types]) => [
      String(status),
      types.length > 1 ? sharedResponse(types) : { $ref: `#/components/responses/${types[0]}` },
    ]),
  );
}

function sharedResponse(types: readonly ProblemType[]): Response {
  const description = types.map((type) => `\`${type}\`: ${PROBLEM_TYPES[type].meaning}`).join(' ');
  return { ...response(types[0] as ProblemType), description };
}
