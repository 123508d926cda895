import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../errors.ts';

/** The name of the header, as Node.js has it. */
export const IDEMPOTENCY_KEY = 'idempotency-key';

/** A String of RFC 9651 (structured fields), without parameters. Node.js joins repeated headers by a comma. */
const QUOTED = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
/** Also accepted: a UUID or another plain key without quotes, as many clients send it. */
const UNQUOTED = /^[\w.:~+/=-]+$/;
const MAX_LENGTH = 255;

/** The key of a request; `undefined` without the header. Throws a `ServiceError` `key-invalid`. */
export function keyTextOf({ headers }: IncomingMessage): string | undefined {
  const field = headers[IDEMPOTENCY_KEY];
  if (field === undefined) return undefined;
  const text = String(field).trim();
  const key = UNQUOTED.test(text) ? text : QUOTED.exec(text)?.[1]?.replaceAll(/\\(.)/g, '$1');
  if (key !== undefined && key.length >= 1 && key.length <= MAX_LENGTH) return key;
  throw new ServiceError(
    'key-invalid',
    `the Idempotency-Key is not valid; expected a quoted string of 1 to ${MAX_LENGTH} printable ASCII characters, such as "8e03978e-40d5-43e8-bc93-6894a57f9324"`,
  );
}
