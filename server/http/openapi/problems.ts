import { type ErrorCode, ServiceError } from '../../errors.ts';
import { PROBLEM_TYPES } from '../problem-types.ts';
import { problemOf } from '../problems.ts';
import { ProblemSchema } from '../schemas.ts';
import type { Header, Reference, Response } from './document.ts';
import { json } from './from-zod.ts';

type ProblemType = keyof typeof PROBLEM_TYPES;

const text = (description: string, sample: string): Header => ({
  description,
  schema: { type: 'string', examples: [sample] },
});

const RETRY_AFTER: Header = {
  description: 'Seconds after which to try again',
  schema: { type: 'integer', minimum: 1, examples: [1] },
};

const HEADERS: Readonly<Partial<Record<ProblemType, Record<string, Header>>>> = {
  unauthorized: { 'WWW-Authenticate': text('The scheme to use', 'Bearer realm="stampede"') },
  'method-not-allowed': { Allow: text('The methods of the address', 'GET, HEAD, POST') },
  'rate-limited': { 'Retry-After': RETRY_AFTER },
  overloaded: { 'Retry-After': RETRY_AFTER },
  draining: { 'Retry-After': RETRY_AFTER },
  unavailable: { 'Retry-After': RETRY_AFTER },
};

/** An error of the type, from which the server's own table tells the status. */
const sampleError = (type: ProblemType): Error =>
  type === 'internal' ? new Error(type) : new ServiceError(type, PROBLEM_TYPES[type].replaceAll('`', ''));

const statusOf = (type: ProblemType): number => problemOf(sampleError(type)).status;

const response = (type: ProblemType): Response => {
  const { schema } = json(ProblemSchema)['application/json'] ?? {};
  return {
    description: PROBLEM_TYPES[type],
    ...(HEADERS[type] && { headers: HEADERS[type] }),
    content: { 'application/problem+json': { ...(schema && { schema }), example: problemOf(sampleError(type)) } },
  };
};

const TYPES = Object.keys(PROBLEM_TYPES) as ProblemType[];

/** All problems, for `components.responses`, by the name that their `type` ends in. */
export const problemResponses = (): Record<string, Response> =>
  Object.fromEntries(TYPES.map((type) => [type, response(type)]));

/** Several problems that share a status are one response that names them. */
const sharedResponse = (types: readonly ProblemType[]): Response => ({
  ...response(types[0] as ProblemType),
  description: types.map((type) => `\`${type}\`: ${PROBLEM_TYPES[type]}`).join(' '),
});

/** The responses of an operation that may end in these problems. */
export const problems = (...codes: ErrorCode[]): Record<string, Response | Reference> => {
  const byStatus = Map.groupBy([...codes, 'internal'] as ProblemType[], statusOf);
  return Object.fromEntries(
    [...byStatus].map(([status, types]) => [
      String(status),
      types.length > 1 ? sharedResponse(types) : { $ref: `#/components/responses/${types[0]}` },
    ]),
  );
};
