/** Parts that several operations share. */
import { KEY_FIELD } from '../../idempotency-key.ts';
import { textHeader } from '../from-zod.ts';
import type { Content, Header, Operation, Parameter } from '../types.ts';

/** An answer for browsers. */
export const htmlPage: Content = { 'text/html': { schema: { type: 'string' } } };

type Security = NonNullable<Operation['security']>;

/** The operation needs a token if the service has one. */
export const readToken: Security = [{ readToken: [] }];
export const writeToken: Security = [{ writeToken: [] }];

export const idempotencyKey: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Makes it safe to repeat the request: for 24 hours after its first success, the same key gives the same record. A string of 1 to 255 characters in quotes (draft-ietf-httpapi-idempotency-key-header-07), or letters, digits and `-_.:~+/=` without quotes. The service has no accounts, so all clients share the keys: use a random UUID for each new request. With several regions, another region knows a key only after replication, usually within a second. Repeat a request in the same region, or later.',
  schema: { type: 'string', pattern: KEY_FIELD.source, examples: ['"8e03978e-40d5-43e8-bc93-6894a57f9324"'] },
};

/** The header with the link to the next page of a list. */
export function linkToOlder(url = ''): Header {
  return textHeader('The next, older page; absent on the last one', `<${url}>; rel="next"`);
}
