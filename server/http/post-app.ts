import type { IncomingMessage, ServerResponse } from 'node:http';
import { TIMESTAMPS_PATH } from '../contract.ts';
import type { Quota, ServiceError } from '../errors.ts';
import { type IdempotencyKey, idempotencyKey } from '../idempotency/key.ts';
import type { Reading } from '../timestamps/clock.ts';
import { isoFromMicros } from '../timestamps/iso-time.ts';
import type { KeyedArrival } from '../timestamps/keyed-arrival.ts';
import type { Arrival, TimestampRecord } from '../timestamps/record.ts';
import { arrivalOf } from './arrival.ts';
import { IDEMPOTENCY_KEY, keyTextOf } from './idempotency-key.ts';
import type { SendProblem } from './problems.ts';
import { rateLimitFields } from './rate-limit-fields.ts';
import { discardBody, hasBody, readBody } from './read-body.ts';
import type { CheckToken } from './require-token.ts';
import { recordBody } from './schemas.ts';
import { securityHeadersOf } from './security-headers.ts';
import { negotiate } from './validate.ts';

export interface PostAppOptions {
  readonly clock: () => Reading;
  readonly trustedProxies: number;
  /** The error that refuses the next timestamp; `undefined` if it is admitted. */
  readonly refusal: () => ServiceError | undefined;
  /** The quota of the rate limit if it is nearly used up. */
  readonly lowQuota: () => Quota | undefined;
  /** Resolves once the timestamp is durable. */
  readonly record: (arrival: Arrival) => Promise<TimestampRecord>;
  /** Resolves with the record of the first request with this key. */
  readonly recordOnce: (arrival: KeyedArrival) => Promise<TimestampRecord>;
  readonly sendProblem: SendProblem;
  /** @default - recording needs no token */
  readonly checkWriteToken?: CheckToken | undefined;
}

export type PostApp = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * `POST /app`: answers 201 once the timestamp is in the table, or 202 once it is durable elsewhere. It does not use
 * Express, so that `http-server.ts` can also call it directly. One `writeHead` sends all headers.
 */
export function createPostApp(options: PostAppOptions): PostApp {
  const { clock, trustedProxies, refusal, lowQuota, record, recordOnce, sendProblem, checkWriteToken } = options;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    checkWriteToken?.(request);
    const representation = representationFor(request);
    const key = request.headers[IDEMPOTENCY_KEY] === undefined ? undefined : await keyOf(request);
    if (key === undefined && hasBody(request)) await discardBody(request);
    // After the body, because the number of waiting timestamps changes while a body arrives.
    const refused = refusal();
    if (refused) throw refused;
    const quota = lowQuota();
    const arrival = arrivalOf(request, clock(), trustedProxies);
    const recorded = await (key === undefined ? record(arrival) : recordOnce({ ...arrival, key }));
    answer(response, recorded, representation, quota);
  };
  return (request, response) => {
    handle(request, response).catch((error: unknown) => sendProblem(request, response, error));
  };
}

async function keyOf(request: IncomingMessage): Promise<IdempotencyKey> {
  const text = keyTextOf(request) as string;
  return idempotencyKey(text, `POST ${TIMESTAMPS_PATH}`, hasBody(request) ? await readBody(request) : '');
}

const REPRESENTATIONS = ['text/plain', 'application/json'] as const;
type Representation = (typeof REPRESENTATIONS)[number];

function representationFor(request: IncomingMessage): Representation {
  const accept = request.headers.accept;
  return accept === undefined || accept === '*/*' ? 'text/plain' : negotiate(request, REPRESENTATIONS);
}

function answer(
  response: ServerResponse,
  recorded: TimestampRecord,
  representation: Representation,
  quota: Quota | undefined,
): void {
  const isText = representation === 'text/plain';
  const body = `${isText ? isoFromMicros(recorded.micros) : JSON.stringify(recordBody(recorded))}\n`;
  response.writeHead(recorded.state === 'stored' ? 201 : 202, [
    'Content-Type',
    isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    'Content-Length',
    String(body.length),
    'Location',
    `${TIMESTAMPS_PATH}/${recorded.id}`,
    'Cache-Control',
    'no-store',
    ...rateLimitFields(quota),
    ...securityHeadersOf(recorded.protocol),
  ]);
  // The body is ASCII, and Node writes Latin-1 faster than UTF-8.
  response.end(body, 'latin1');
}
