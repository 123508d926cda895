import type { IncomingMessage, ServerResponse } from 'node:http';
import accepts from 'accepts';
import { TIMESTAMPS_PATH } from '../contract.ts';
import { ServiceError } from '../errors.ts';
import { isoFromMicros } from '../timestamps/iso-time.ts';
import type { Arrival, Micros, TimestampRecord } from '../timestamps/record.ts';
import { arrivalOf } from './arrival.ts';
import type { SendProblem } from './problems.ts';
import { discardBody, hasBody } from './read-body.ts';
import { recordBody } from './record-body.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

export interface PostAppOptions {
  readonly clock: () => Micros;
  readonly trustedProxies: number;
  /** Why a further timestamp is refused now; `undefined` when it is admitted. */
  readonly refusal: () => ServiceError | undefined;
  /** Resolves once the timestamp is durable. */
  readonly record: (arrival: Arrival) => Promise<TimestampRecord>;
  readonly sendProblem: SendProblem;
}

type Representation = 'text/plain' | 'application/json';

const representationFor = (request: IncomingMessage): Representation => {
  const accept = request.headers.accept;
  if (accept === undefined || accept === '*/*') return 'text/plain';
  const chosen = accepts(request).types(['text/plain', 'application/json']);
  if (!chosen) throw new ServiceError('not-acceptable', 'the answer can be text/plain or application/json');
  return chosen as Representation;
};

const bodyOf = (record: TimestampRecord, representation: Representation): string =>
  representation === 'text/plain' ? `${isoFromMicros(record.micros)}\n` : `${JSON.stringify(recordBody(record))}\n`;

/**
 * `POST /app`: 201 once the timestamp is durable.
 *
 * It uses nothing of Express, so that the same function serves both the Express route and the short cut before it
 * (`front-door.ts`). Its headers go out in one `writeHead`.
 */
export const createPostApp = ({ clock, trustedProxies, refusal, record, sendProblem }: PostAppOptions) => {
  const answer = (response: ServerResponse, recorded: TimestampRecord, representation: Representation): void => {
    const body = bodyOf(recorded, representation);
    response.writeHead(201, [
      'Content-Type',
      representation === 'text/plain' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
      'Content-Length',
      String(body.length),
      'Location',
      `${TIMESTAMPS_PATH}/${recorded.id}`,
      'Cache-Control',
      'no-store',
      'Vary',
      'Accept',
      ...SECURITY_HEADERS,
    ]);
    // The body is ASCII; Node writes Latin-1, headers and all, with less effort than UTF-8.
    response.end(body, 'latin1');
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const representation = representationFor(request);
    if (hasBody(request)) await discardBody(request);
    // Only now, because the number of waiting timestamps changes while a body arrives.
    const refused = refusal();
    if (refused) throw refused;
    answer(response, await record(arrivalOf(request, clock(), trustedProxies)), representation);
  };
  return (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch((error: unknown) => sendProblem(request, response, error));
  };
};

export type PostApp = ReturnType<typeof createPostApp>;
